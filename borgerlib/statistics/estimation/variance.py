"""Taylor-linearised variance of means over domains (Binder 1983; Särndal, Swensson & Wretman 1992).

The influence of a respondent is the contribution to a mean's error. Outside the domain it is zero, but the
respondent still counts in the sample; if weights meet margins, the influence is replaced by its residual from
them. The variance is that of the influence's totals over primary sampling units, within strata. Results equal
those of R's `survey` package.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from borgerlib.statistics.estimation.covariance import weighted_counts
from borgerlib.statistics.estimation.sample_design import SampleDesign
from borgerlib.statistics.levels import Floats, Ints, Mask, sums
from borgerlib.statistics.weighting.adjustment import Residuals

# A variance this small, relative to that of single respondents or of the same design without margins, is
# a rounding error.
_NEGLIGIBLE = 1e-13
# The same limit for squared deviations from the mean relative to the squared answers (all equal).
_ROUNDING = 1e-30


class DomainMeans(NamedTuple):
    """Means by domain.

    Parameters
    ----------
    mean, variance : array
    settled : array of bool
        Whether the variance is zero because margins or a full count determine the mean. A variance that is
        zero because sampling units, or all answers, happen to agree is not settled.
    """

    mean: Floats
    variance: Floats
    settled: Mask

    @property
    def silent(self) -> Mask:
        """Whether the variance is zero but uninformative: nothing varies among those who were drawn."""
        return ~(self.variance > 0) & ~self.settled

    @property
    def error(self) -> Floats:
        """The standard error; missing where the variance is zero but uninformative."""
        return np.where(self.silent, np.nan, np.sqrt(self.variance))


class Domains:
    """Respondents by domain, for means and variances of any of their answers.

    Parameters
    ----------
    design : SampleDesign
        Of all respondents.
    rows : array of int
        The respondents who are in a domain and answered.
    domain : array of int
        Domain of each of those.
    count : int
        Number of domains.

    Attributes
    ----------
    weight : array
        Of each of `rows`.
    n, n_weighted : array
        Respondents of each domain, and the sum of their weights.
    effective_n : array
        Kish's effective sample size of each domain.
    degrees : array
        Primary sampling units minus strata in each domain.
    row_degrees : array
        Degrees of freedom that a sample of as many single respondents would have. For weights that meet
        margins those are of the whole sample, as in R, whose adjusted designs keep their rows in a subset.
    """

    def __init__(self, design: SampleDesign, rows: Ints, domain: Ints, count: int) -> None:
        self.count = count
        self._design, self._rows, self._domain = design, rows, domain
        self.weight = design.weight[rows]
        self.n = sums(domain, count)
        self.n_weighted = sums(domain, count, self.weight)
        with np.errstate(divide="ignore", invalid="ignore"):
            self.effective_n = self.n_weighted**2 / sums(domain, count, self.weight**2)
        self._stratum = design.stratum[rows] * count + domain
        self._pair_of_row: Ints | None = None
        if design.psu is not None:
            pairs, self._pair_of_row = np.unique(design.psu[rows] * count + domain, return_inverse=True)
            self._pair_psu, self._pair_domain = pairs // count, pairs % count
        self._certain = sums(domain, count, design.in_doubt[rows].astype(np.float64)) == 0
        self._within = None if design.within is None else Domains(design.within, rows, domain, count)
        self.degrees = self._units_minus_strata()
        self.row_degrees = self.n - 1 if design.residuals is None else np.full(count, design.size - 1.0)
        self._margins = None if design.residuals is None else _Margins(design, design.residuals, rows, domain)

    def _units_minus_strata(self) -> Floats:
        counts = self.weight > 0
        strata = np.unique(self._stratum[counts]) % self.count
        if self._pair_of_row is None:
            units = self._domain[counts]
        else:
            units = self._pair_domain[np.unique(self._pair_of_row[counts])]
        return sums(units, self.count) - sums(strata, self.count)

    def estimate(self, values: Floats | Mask) -> DomainMeans:
        """Return the mean in each domain and its variance; `values` are those of the rows."""
        with np.errstate(divide="ignore", invalid="ignore"):
            mean = sums(self._domain, self.count, self.weight * values) / self.n_weighted
        size = (
            sums(self._domain, self.count, (self.weight * values) ** 2) if values.dtype != np.bool_ else 0.0
        )
        deviation = values - mean[self._domain]
        weighted = deviation * self.weight
        total, square = (self._by_stratum(self._stratum, of) for of in (weighted, weighted**2))
        alone = square.sum(axis=0)
        if self._pair_of_row is not None:
            stratum = self._design.psu_stratum[self._pair_psu] * self.count + self._pair_domain
            square = self._by_stratum(stratum, self._pair_totals(weighted) ** 2)
        raw = self._spread(total, square)
        varies = (raw.sum(axis=0) > _NEGLIGIBLE * alone) & (alone > _ROUNDING * self.n * size)
        variance = self._over_strata(raw)
        if self._margins is not None:
            left = self._spread(*self._beyond_margins(self._margins, deviation, weighted, total, square))
            beyond = self._over_strata(left)
            variance = np.where(beyond <= _NEGLIGIBLE * variance, 0.0, beyond)
        variance = np.where(varies | np.isnan(variance), variance, 0.0)
        with np.errstate(divide="ignore", invalid="ignore"):
            variance = np.where(self.n_weighted > 0, variance / self.n_weighted**2, np.nan)
        if self._within is not None:
            variance = variance + self._within.estimate(values).variance
        return DomainMeans(mean, variance, (varies | self._certain) & (variance == 0))

    def _beyond_margins(
        self, margins: _Margins, deviation: Floats, weighted: Floats, total: Floats, square: Floats
    ) -> tuple[Floats, Floats]:
        """Return totals and squares of the units' weighted deviations, after subtracting the margins' fit.

        Outside the domain a respondent's deviation is 0, but the margins' fit, and so the residual, is not.
        """
        fitted = margins.fit(deviation, self.count)
        everywhere = margins.weight @ fitted.T
        if self._pair_of_row is None:
            shared = self.weight * weighted * fitted.ravel()[margins.domain_cell]
            shared = self._by_stratum(self._stratum, shared)
            return total - everywhere, square + margins.squared_weight @ (fitted**2).T - 2 * shared
        of_unit = -everywhere
        of_unit[self._pair_psu, self._pair_domain] += self._pair_totals(weighted)
        stratum, units = self._design.psu_stratum, len(self._design.psu_stratum)
        shape = (self._design.strata, units)
        strata = weighted_counts(stratum, np.arange(units), np.ones(units), shape)
        return strata @ of_unit, strata @ of_unit**2

    def _over_strata(self, spread: Floats) -> Floats:
        if self._design.averaged.any():
            present = np.zeros_like(spread, dtype=np.bool_)
            present.ravel()[self._stratum] = True
            spread = spread * self._design.averaging(present)
        return self._design.scale @ spread

    def _pair_totals(self, weighted: Floats) -> Floats:
        assert self._pair_of_row is not None
        return sums(self._pair_of_row, len(self._pair_psu), weighted)

    def _by_stratum(self, key: Ints, values: Floats) -> Floats:
        strata = self._design.strata
        return sums(key, strata * self.count, values).reshape(strata, self.count)

    def _spread(self, total: Floats, square: Floats) -> Floats:
        """Return the units' squared deviations from their stratum's mean (stratum × domain)."""
        return np.maximum(square - total**2 * self._design.centring[:, None], 0.0)


class _Margins:
    """The cells of an adjustment crossed with the domains and sampling units of a base."""

    def __init__(self, design: SampleDesign, residuals: Residuals, rows: Ints, domain: Ints) -> None:
        cells, size = residuals.cells, residuals.size
        self._residuals = residuals
        self._fit_weight = None if residuals.weight is None else residuals.weight[rows]
        self.domain_cell = domain * size + cells[rows]
        self.weight: Any  # weighted count by (stratum or sampling unit × cell), dense or sparse
        if design.psu is None:
            key, units = design.stratum * size + cells, design.strata
            self.weight = sums(key, units * size, design.weight).reshape(units, size)
            self.squared_weight = sums(key, units * size, design.weight**2).reshape(units, size)
        else:
            self.weight = weighted_counts(design.psu, cells, design.weight, (len(design.psu_stratum), size))

    def fit(self, deviation: Floats, domains: int) -> Floats:
        """Return the fit of the margins to the deviations (domain × cell)."""
        if self._fit_weight is not None:
            deviation = deviation * self._fit_weight
        size = self._residuals.size
        return self._residuals.fit(sums(self.domain_cell, domains * size, deviation).reshape(domains, size))
