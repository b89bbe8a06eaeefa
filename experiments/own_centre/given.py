"""Tables of a user's own centre: a KPI as it is given, what a price is, the file of contacts."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator
from scipy import stats

from experiments.errors import hint, shown
from experiments.own_centre.columns import COLUMNS, OUTCOMES
from experiments.own_centre.kpis import KPIS, PRICE, Kpi
from experiments.own_centre.measured import Measured, errors_of
from experiments.recipes import Table

SPREADS = ("standard_error", "interval", "sample")
"""The ways to say how well a KPI is known: one of them."""


def one_of(names: Any) -> AfterValidator:
    """Return the rule that a name is one of some, with the nearest in the message."""

    def check(name: str) -> str:
        if name not in names:
            raise ValueError(f"allowed: {', '.join(names)}{hint(name, names)}")
        return name

    return AfterValidator(check)


KpiName = Annotated[str, one_of(KPIS)]
ColumnName = Annotated[str, one_of(COLUMNS)]
OutcomeName = Annotated[str, one_of(OUTCOMES)]


class Money(Table):
    """What the model's unit of money is worth to the user."""

    currency: str = Field(
        pattern=r"^[A-Za-z€$£¥]{1,12}$",
        description="the currency in which amounts are given",
        json_schema_extra={"allowed": 'a text of 1 to 12 letters or signs, for example "EUR"'},
    )
    price: float = Field(
        gt=0.0,
        le=1e12,
        description="what one price is in it: what a customer pays for a typical purchase",
        json_schema_extra={"allowed": "a number above 0, in the currency"},
    )

    @model_validator(mode="after")
    def _is_another_unit(self) -> "Money":
        if self.currency == PRICE:
            raise ValueError(f'currency must not be "{PRICE}", which is the model\'s own unit')
        return self


class Given(Table):
    """A KPI with how well it is known: a standard error, an interval, or a sample's size."""

    value: float = Field(ge=0.0, le=1e12, description="what the centre measured")
    unit: str | None = Field(default=None, description="the unit; the model's own where absent")
    standard_error: float | None = Field(
        default=None, gt=0.0, description="in the KPI's unit", json_schema_extra={"allowed": "> 0"}
    )
    interval: tuple[float, float] | None = Field(
        default=None,
        description="in the KPI's unit",
        json_schema_extra={"allowed": "two numbers, for example [0.7, 0.8]"},
    )
    level: float = Field(default=0.95, ge=0.5, le=0.999, description="of the interval")
    sample: float | None = Field(
        default=None,
        gt=0.0,
        le=1e12,
        description="how many the value was taken from",
        json_schema_extra={"allowed": "a number above 0"},
    )
    sd: float | None = Field(
        default=None,
        gt=0.0,
        description="standard deviation of a single one of the sample, in the KPI's unit",
        json_schema_extra={"allowed": "a number above 0"},
    )
    design_effect: float = Field(
        default=1.0,
        ge=1.0,
        le=1000.0,
        description="by how much its variance is larger than that of independent ones",
    )

    @model_validator(mode="after")
    def _is_known_one_way(self) -> "Given":
        wrong = []
        ways = [name for name in SPREADS if getattr(self, name) is not None]
        if len(ways) != 1:
            said = " and ".join(ways) or "none of them"
            wrong.append(f"given {said}; allowed: exactly one of {', '.join(SPREADS)}")
        if self.interval is not None and not self.interval[0] <= self.value <= self.interval[1]:
            low, high = self.interval
            wrong.append(f"value ({self.value:g}) must lie in its interval ({low:g} to {high:g})")
        if self.interval is not None and not self.interval[0] < self.interval[1]:
            wrong.append("interval must have a width")
        given = self.model_fields_set
        wrong += [
            f"{name} goes with {other} only"
            for name, other in (
                ("level", "interval"),
                ("sd", "sample"),
                ("design_effect", "sample"),
            )
            if name in given and getattr(self, other) is None
        ]
        if wrong:
            raise ValueError("\n".join(wrong))
        return self

    def measured(self, kpi: Kpi, money: Money | None) -> Measured:
        """Return it in the measure's unit, with a standard error to each side.

        An interval's two halves are each divided by the normal quantile of its level.
        """
        factor = units_of(kpi, money)[self.unit or kpi.unit]
        value = self.value * factor
        said = f"{self.value:g} {self.unit or kpi.unit}"
        if self.interval is not None:
            sigmas = float(stats.norm.ppf(0.5 + self.level / 2.0))
            low, high = (factor * end for end in self.interval)
            how = f"{100 * self.level:g} % interval {self.interval[0]:g} to {self.interval[1]:g}"
            below, above = (value - low) / sigmas, (high - value) / sigmas
        elif self.standard_error is not None:
            how = f"standard error {self.standard_error:g}"
            below = above = factor * self.standard_error
        else:
            sample = self.sample or 1.0
            how = f"from {sample:g} {kpi.sample_of}"
            sd = None if self.sd is None else factor * self.sd
            below, above = errors_of(kpi, value, sample / self.design_effect, sd)
        return Measured(kpi.name, value, below, above, f"given: {said}, {how}")

    def mistakes(self, kpi: Kpi, money: Money | None) -> list[str]:
        """Return what does not fit the KPI: each line begins with the key, or with ``": "``."""
        units = units_of(kpi, money)
        wrong = []
        if self.unit is not None and self.unit not in units:
            text = f".unit: given {shown(self.unit)}; allowed: {', '.join(units)}"
            if kpi.is_money and money is None:
                text += ", or a currency once [money] says what one price is in it"
            wrong.append(text + hint(self.unit, units))
        elif (value := self.value * units[self.unit or kpi.unit]) > kpi.high:
            unit = self.unit or kpi.unit
            most = kpi.high / units[unit]
            text = f".value: given {self.value:g}; allowed: from 0 to {most:g} ({unit})"
            wrong.append(text + ('; is its unit "%"?' if value <= 100.0 and unit != "%" else ""))
        if kpi.sample == "mean" and self.sample is not None and self.sd is None:
            wrong.append(f": {kpi.name} is a mean: with sample allowed: its sd, too")
        return wrong


def units_of(kpi: Kpi, money: Money | None) -> dict[str, float]:
    """Return the units of a KPI, each with what one of it is in the measure's unit."""
    units = dict(kpi.units)
    if kpi.is_money and money is not None:
        units[money.currency] = 1.0 / money.price
    return units


class Log(Table):
    """The file of contacts, and what its columns are called."""

    file: str = Field(min_length=1, description="a CSV file, beside this one where not absolute")
    columns: dict[ColumnName, str] = Field(
        default_factory=dict,
        description="the file's own names of columns, by ours; the same where absent",
        json_schema_extra={"allowed": 'a table, for example { arrival = "CallStart" }'},
    )
    outcomes: dict[str, OutcomeName] = Field(
        default_factory=dict,
        description="what the words of the column outcome mean",
        json_schema_extra={"allowed": f"a table from the file's words to {', '.join(OUTCOMES)}"},
    )
    time_format: str | None = Field(
        default=None, description='of moments, for example "%d.%m.%Y %H:%M"; ISO 8601 where absent'
    )
    answers: Literal["some", "everybody"] = Field(
        default="some",
        description="whether everybody who is asked for satisfaction answers",
        json_schema_extra={"allowed": '"some" or "everybody"'},
    )
    cluster: Literal["largest", "day", "week", "customer"] = Field(
        default="largest",
        description="what is drawn together: the standard errors are by these",
        json_schema_extra={"allowed": '"largest", "day", "week" or "customer"'},
    )
