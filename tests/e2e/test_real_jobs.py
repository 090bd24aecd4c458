"""The whole job on real tables, as they come: it finishes, is certified, and what it learned holds on rows held out."""

import time

import pytest

pytestmark = pytest.mark.slow

# file, target, metric, and what a plain model of the table reaches with ease on rows it has not seen
JOBS = {
    "adult": ("adult_census/adult-train.csv", "column_15", "roc_auc", 0.88),
    "titanic": ("titanic/train.csv", "Survived", "roc_auc", 0.78),
    "telco": ("telco_churn/wa_churn.csv", "churn", "roc_auc", 0.80),
    "german": ("german_credit/german.csv", "column_21", "roc_auc", 0.70),
    "bank": ("bank_marketing/bank-additional.csv", "y", "roc_auc", 0.87),
    "compas": ("compas/compas-scores-two-years.csv", "two_year_recid", "roc_auc", 0.65),
    "ames": ("ames_housing/ames_openintro_raw.csv", "price", "r2", 0.75),
    "california": ("california_housing/housing.csv", "median_house_value", "r2", 0.58),
    "king county": ("king_county_house_sales/housing.parquet", "price", "r2", 0.60),
    "HMDA": ("credit_and_loans/HMDA.csv", "deny", "roc_auc", 0.75),
    "credit": ("credit_and_loans/credit_data.csv", "Status", "roc_auc", 0.78),
    "lending": ("credit_and_loans/lending_club.csv", "Class", "roc_auc", 0.60),
    "cards": ("credit_and_loans/CreditCard.csv", "card", "roc_auc", 0.75),
    "spam": ("esl_spam/spam.csv.gz", "spam", "roc_auc", 0.94),
    "heart": ("esl_SAheart/SAheart.csv", "chd", "roc_auc", 0.68),
    "tecator": ("tecator/meats.csv", "fat", "r2", 0.90),
}


@pytest.mark.parametrize(("file", "target", "metric", "floor"), JOBS.values(), ids=JOBS)
def test_real_jobs(run, shared_data, file, target, metric, floor):
    started = time.perf_counter()
    done = run("fit", shared_data / file, "--target", target)
    assert done.is_good()
    assert time.perf_counter() - started < 60
    values = {(r["model"], r["split"], r["metric"]): r["value"] for r in done.summary["assessment"]}
    assert values["chosen", "test", metric] > floor
    assert done.summary["certificate"]["relative_gap"] <= 1e-8
    assert run("verify", done.folder).status == 0
