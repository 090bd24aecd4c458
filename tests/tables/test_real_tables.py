"""Real tables read, profiled and encoded as a careful person would."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest

from ridgeline.errors import TargetError
from ridgeline.tables import Encoder, Roles, Schema, Table, profile, read_target, read_target_like, scan

# file, target, task, positive class, rows, columns that are not features
TABLES: dict[str, tuple[str, str, str, str | None, int, set[str]]] = {
    "adult": ("adult_census/adult-train.csv", "column_15", "binary", ">50K", 32561, set()),
    "titanic": ("titanic/train.csv", "Survived", "binary", "1", 891, {"PassengerId", "Name", "Ticket"}),
    "telco": ("telco_churn/wa_churn.csv", "churn", "binary", "Yes", 7043, {"rownames"}),
    "telco plans": ("telco_churn/mlc_churn.csv", "churn", "binary", "yes", 5000, {"rownames"}),
    "german": ("german_credit/german.csv", "column_21", "binary", "2", 1000, set()),
    "german named": ("german_credit/credit_named.csv", "class", "binary", "1", 1000, set()),
    "bank": ("bank_marketing/bank-additional.csv", "y", "binary", "yes", 4119, set()),
    "ames": ("ames_housing/ames_openintro_raw.csv", "price", "regression", None, 2930, {"rownames", "Order", "PID"}),
    "ames clean": ("ames_housing/ames_modeldata.csv", "Sale_Price", "regression", None, 2930, {"rownames"}),
    "california": ("california_housing/housing.csv", "median_house_value", "regression", None, 20640, set()),
    "king county": ("king_county_house_sales/housing.parquet", "price", "regression", None, 21613, set()),
    "bikeshare": ("bikeshare/bikeshare.csv", "count", "count", None, 10886, {"casual", "registered"}),
    "insurance": ("insurance_ausprivauto/ausprivauto0405.csv.gz", "ClaimNb", "count", None, 67856, set()),
    "HMDA": ("credit_and_loans/HMDA.csv", "deny", "binary", "yes", 2380, {"rownames"}),
    "credit": ("credit_and_loans/credit_data.csv", "Status", "binary", "bad", 4454, {"rownames"}),
    "lending": ("credit_and_loans/lending_club.csv", "Class", "binary", "bad", 9857, {"rownames"}),
    "loans": (
        "credit_and_loans/loans_full_schema.csv",
        "interest_rate",
        "regression",
        None,
        10000,
        {"rownames", "num_accounts_30d_past_due"},
    ),
    "cards": ("credit_and_loans/CreditCard.csv", "card", "binary", "yes", 1319, {"rownames"}),
    "spam": ("esl_spam/spam.csv.gz", "spam", "binary", "spam", 4601, set()),
    "heart": ("esl_SAheart/SAheart.csv", "chd", "binary", "1", 462, set()),
    "tecator": ("tecator/meats.csv", "fat", "regression", None, 215, {"rownames"}),
    "planes": ("nycflights13/planes.csv", "seats", "regression", None, 3322, {"rownames", "tailnum"}),
    "weather": ("nycflights13/weather.csv.gz", "temp", "regression", None, 26115, {"rownames", "year"}),
    "messages": ("text_sms_spam/sms.tsv", "column_1", "binary", "spam", 5574, {"column_2"}),
    "compas": (
        "compas/compas-scores-two-years.csv",
        "two_year_recid",
        "binary",
        "1",
        7214,
        {
            *("id", "name", "c_case_number", "r_case_number", "vr_case_number", "violent_recid", "type_of_assessment"),
            *("decile_score_2", "screening_date", "v_type_of_assessment", "v_screening_date", "priors_count_2"),
        },
    ),
}


def look(data: Path, name: str, target: str) -> tuple[Table, Schema]:
    table = scan(data / name)
    return table, profile(table, Roles(target=target))


@pytest.mark.parametrize("case", TABLES.values(), ids=TABLES)
def test_real_tables(shared_data: Path, case: tuple[str, str, str, str | None, int, set[str]]) -> None:
    file, target, task, positive, rows, excluded = case
    table, schema = look(shared_data, file, target)
    found = read_target(table, target)
    assert (table.rows, found.task, found.positive) == (rows, task, positive)
    assert {name for name, _ in schema.excluded} == excluded
    assert all(column.reason for column in schema.columns)
    encoder = Encoder.learn(table, schema)
    block, notes = encoder.encode_noted(table)
    assert notes == ()
    assert np.isfinite(block.dense).all()
    assert block.width == len(encoder.features) == len({feature.name for feature in encoder.features})
    assert ((block.codes >= 0) & (block.codes < np.array(block.levels, dtype=int))).all()


def test_adult_has_no_header_and_its_test_labels_end_in_dots(shared_data: Path) -> None:
    train = scan(shared_data / "adult_census/adult-train.csv")
    test = scan(shared_data / "adult_census/adult-test.csv", like=train.readings)
    assert train.names == test.names == [f"column_{k}" for k in range(1, 16)]
    assert any("no header" in note for note in train.notes)
    assert train.column("column_2").null_count == 1836
    assert set(train.column("column_2").to_pylist()) >= {"Private", None}
    labels = read_target_like(test, read_target(train, "column_15"))
    assert labels.values.sum() == 3846
    encoder = Encoder.learn(train, profile(train, Roles(target="column_15")))
    _, notes = encoder.encode_noted(test)
    assert notes == ()


def test_titanic_test_file_lacks_the_target_and_has_new_gaps(shared_data: Path) -> None:
    train, schema = look(shared_data, "titanic/train.csv", "Survived")
    encoder = Encoder.learn(train, schema)
    _, notes = encoder.encode_noted(scan(shared_data / "titanic/test.csv", like=encoder.readings))
    assert any("'Fare'" in note and "training mean" in note for note in notes)
    assert {column.name: column.kind for column in schema.columns if column.role == "feature"} == {
        "Pclass": "numeric",
        "Sex": "categorical",
        "Age": "numeric",
        "SibSp": "numeric",
        "Parch": "numeric",
        "Fare": "numeric",
        "Cabin": "categorical",
        "Embarked": "categorical",
    }


def test_codes_of_ames_are_categories(shared_data: Path) -> None:
    _, schema = look(shared_data, "ames_housing/ames_openintro_raw.csv", "price")
    kinds = {column.name: column.kind for column in schema.columns}
    assert kinds["MS.SubClass"] == "categorical"
    assert kinds["Lot.Area"] == kinds["Year.Built"] == kinds["Overall.Qual"] == "numeric"
    assert kinds["Central.Air"] == "boolean"


def test_leaks_are_named(shared_data: Path) -> None:
    _, bikes = look(shared_data, "bikeshare/bikeshare.csv", "count")
    assert {column.kind for column in bikes.columns if column.role == "excluded"} == {"leak"}
    assert "add up to 'count'" in dict(bikes.excluded)["casual"]
    for file, target, names in (
        ("bank_marketing/bank-additional.csv", "y", {"duration"}),
        (
            "compas/compas-scores-two-years.csv",
            "two_year_recid",
            {"is_recid", "r_charge_degree", "r_offense_date", "end", "event"},
        ),
        ("credit_and_loans/loans_full_schema.csv", "interest_rate", {"grade", "sub_grade"}),
        ("credit_and_loans/CreditCard.csv", "card", {"share", "expenditure"}),
        ("esl_spam/spam.csv.gz", "spam", set()),
        ("german_credit/credit_named.csv", "class", set()),
    ):
        _, schema = look(shared_data, file, target)
        assert {note.split("'")[1] for note in schema.notes} == names


def test_names_and_dates_are_no_targets(shared_data: Path) -> None:
    with pytest.raises(TargetError, match="891 different values"):
        read_target(scan(shared_data / "titanic/train.csv"), "Name")
    with pytest.raises(TargetError, match="date"):
        read_target(scan(shared_data / "bikeshare/bikeshare.csv"), "datetime")


@pytest.mark.parametrize("name", ["NoInt1", "Norris", "Longley", "Filip", "Wampler1", "Pontius"])
def test_textbook_problems_keep_every_column(shared_data: Path, name: str) -> None:
    table, schema = look(shared_data, f"nist_strd/{name}.csv", "y")
    assert schema.excluded == []
    assert all(column.type in ("int64", "double") for column in table.data.columns)


def test_three_million_rows(shared_data: Path) -> None:
    table, schema = look(shared_data, "flights_3m/flights-3m.parquet", "delay")
    encoder = Encoder.learn(table, schema)
    block = encoder.encode(table)
    assert block.codes.shape == (3_000_000, 2)
    assert schema.excluded == []
    assert block.width == len(encoder.features)


def test_the_same_table_packed_and_in_another_encoding(shared_data: Path, tmp_path: Path) -> None:
    plain = scan(shared_data / "bank_marketing/bank-additional.csv")
    text = (shared_data / "bank_marketing/bank-additional.csv").read_text()
    for name, data in {
        "t.csv.gz": gzip.compress(text.encode()),
        "t.csv": text.encode("utf-16"),
        "t.tsv": text.replace(";", "\t").replace('"', "").encode(),
        "u.csv": text.replace(".", ",").encode("cp1252"),
    }.items():
        (tmp_path / name).write_bytes(data)
        other = scan(tmp_path / name)
        numeric = [field.name for field in plain.data.schema if str(field.type) != "string"]
        names = plain.names if name != "u.csv" else [n.replace(".", ",") for n in plain.names]
        assert other.names == names
        for position, column in enumerate(plain.names):
            if column in numeric or name != "u.csv":
                assert other.data.column(position).to_pylist() == plain.column(column).to_pylist()
