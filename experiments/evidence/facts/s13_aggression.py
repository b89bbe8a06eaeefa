"""S13: mild aggression and severe abuse, two constructs."""

from experiments.evidence.datasets.reference import REFERENCE, yearly
from experiments.evidence.fact import Data, Estimates, Fact, Part
from experiments.evidence.resampling import mean_estimates


def estimate(data: Data, resamples: int) -> Estimates:
    """Return the means over replications."""
    year = yearly(data[REFERENCE.name])
    values = {"mild": year["mild_aggression"], "severe": year["severe_abuse"]}
    return mean_estimates(values, resamples, "replications")


FACT = Fact(
    id="S13",
    use="C",
    statement="Mild verbal aggression is daily, severe abuse is rare",
    source="B1: Grandey, Dickter & Sin 2004; B17: logs of public contact centres (read)",
    parts=(
        Part("mild", "mild aggression per rep and day", 3.0, 15.0),
        Part("severe", "share of contacts with severe abuse", 0.001, 0.015),
    ),
    data=(REFERENCE,),
    estimate=estimate,
)
