"""The real tables of the comparison: where they lie, what is predicted, which columns a careful person leaves out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

__all__ = ["TABLES", "RealTable"]

Reader = Callable[[Path], pd.DataFrame]


def read_csv(path: Path) -> pd.DataFrame:
    """Read as pandas does by itself; a name used twice is numbered as ridgeline numbers it."""
    frame = pd.read_csv(path, low_memory=False)
    return frame.rename(columns=lambda name: name[:-2] + "_2" if name.endswith(".1") and name[:-2] in frame else name)


def read_semicolons(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, sep=";")


def read_without_header(path: Path) -> pd.DataFrame:
    frame = pd.read_csv(path, header=None, skipinitialspace=True, na_values="?")
    return frame.set_axis([f"column_{k + 1}" for k in range(frame.shape[1])], axis=1)


def read_arrays(path: Path) -> pd.DataFrame:
    with np.load(path) as arrays:
        X, y = arrays["X"], arrays["y"]
    return pd.DataFrame(X, columns=[f"gene_{j + 1}" for j in range(X.shape[1])]).assign(tissue=y)


@dataclass(frozen=True)
class RealTable:
    """A table and the question put to it.

    Attributes
    ----------
    name : str
    path : str
        Below the folder of the data sets.
    target : str
    drop : tuple of str
        Identifiers, free text, and what is known only with the target. Both programs leave them out.
    read : callable
        Path to DataFrame, for the scikit-learn side. Arrays (``.npz``) become a file that ridgeline reads.
    options : tuple of str
        More words for ``ridgeline fit``.
    """

    name: str
    path: str
    target: str
    drop: tuple[str, ...] = ()
    read: Reader = read_csv
    options: tuple[str, ...] = ()


#: Fewer than 100 rows: nothing is held out unless asked for.
HOLD_OUT = ("--test-size", "0.3")
LOANS = "credit_and_loans/"
AFTER_THE_ARREST = (
    "is_recid r_case_number r_charge_degree r_days_from_arrest r_offense_date r_charge_desc r_jail_in r_jail_out"
    " violent_recid is_violent_recid vr_case_number vr_charge_degree vr_offense_date vr_charge_desc in_custody"
    " out_custody start end event"
)
WHO_AND_WHEN = (
    "id name first last compas_screening_date dob c_jail_in c_jail_out c_case_number c_offense_date c_arrest_date"
    " c_charge_desc screening_date v_screening_date type_of_assessment v_type_of_assessment"
)
AFTER_THE_LOAN = (
    "rownames emp_title installment grade sub_grade loan_status balance paid_total paid_principal paid_interest"
    " paid_late_fees"
)

TABLES = [
    RealTable("adult", "adult_census/adult-train.csv", "column_15", read=read_without_header),
    RealTable("titanic", "titanic/train.csv", "Survived", ("PassengerId", "Name", "Ticket", "Cabin")),
    RealTable("telco", "telco_churn/wa_churn.csv", "churn", ("rownames",)),
    RealTable("churn", "telco_churn/mlc_churn.csv", "churn", ("rownames",)),
    RealTable("german", "german_credit/credit_named.csv", "class"),
    RealTable("bank", "bank_marketing/bank-additional.csv", "y", ("duration",), read_semicolons),
    RealTable(
        "compas",
        "compas/compas-scores-two-years.csv",
        "two_year_recid",
        tuple(f"{AFTER_THE_ARREST} {WHO_AND_WHEN}".split()),
    ),
    RealTable("ames", "ames_housing/ames_openintro_raw.csv", "price", ("rownames", "Order", "PID")),
    RealTable("ames-clean", "ames_housing/ames_modeldata.csv", "Sale_Price", ("rownames",)),
    RealTable("california", "california_housing/housing.csv", "median_house_value"),
    RealTable(
        "king-county",
        "king_county_house_sales/housing.parquet",
        "price",
        ("above_median_price",),
        lambda path: pd.read_parquet(path),
    ),
    RealTable("hmda", LOANS + "HMDA.csv", "deny", ("rownames",)),
    RealTable("credit-data", LOANS + "credit_data.csv", "Status", ("rownames",)),
    RealTable("lending-club", LOANS + "lending_club.csv", "Class", ("rownames",)),
    RealTable("loans", LOANS + "loans_full_schema.csv", "interest_rate", tuple(AFTER_THE_LOAN.split())),
    RealTable("credit-card", LOANS + "CreditCard.csv", "card", ("rownames", "expenditure", "share")),
    RealTable("insurance", "insurance_ausprivauto/ausprivauto0405.csv.gz", "ClaimOcc", ("ClaimNb", "ClaimAmount")),
    RealTable("spam", "esl_spam/spam.csv.gz", "spam"),
    RealTable("heart", "esl_SAheart/SAheart.csv", "chd"),
    RealTable("alon", "micro_alon/alon.npz", "tissue", read=read_arrays, options=HOLD_OUT),
    RealTable("golub", "micro_golub/golub.npz", "tissue", read=read_arrays, options=HOLD_OUT),
    RealTable("tecator", "tecator/meats.csv", "fat", ("rownames", "water", "protein")),
]
