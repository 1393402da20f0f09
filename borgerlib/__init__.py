"""Survey statistics on citizen involvement in Danish municipalities.

The map, in the order in which data flows:

- `survey`: what was asked, and what came back (codebooks, readers, cleaning)
- `population`: who could have answered (municipalities, margins)
- `statistics`: from respondents to numbers that may be shown (weighting, estimation, disclosure)
- `lokaldemokrati`: the report of 2021 (published numbers, the counts behind them, the ten insights)
- `interest`: the citizens' survey of a municipality (prepare, load, export)
- `comparison`: surveys beside each other (waves, targets, municipalities)
- `view`: from numbers to pictures
- `contact`: from answers to people at the table (register, invitation, lottery)
- `runs`: from notebooks to reports
- `dashboard`: the citizens' answers to whatever a meeting asks
- `workshop`: the tools of a meeting (the influence map, the dialogue cards)

Every name in ``borgerlib.__all__`` is loaded when first used, so that importing the package is cheap.
"""

from __future__ import annotations

import importlib
from typing import Any

_HOMES = {
    "borgerlib.errors": (
        "BorgerlibError",
        "CodebookError",
        "ConvergenceError",
        "DataError",
        "DisclosureError",
        "MarginError",
        "NotIdentifiedError",
        "ParameterError",
        "RunError",
    ),
    "borgerlib.survey.codebook.load": ("load_codebook",),
    "borgerlib.survey.codebook.model": ("Codebook",),
    "borgerlib.survey.form.editor": ("FormEditor", "open_form_editor"),
    "borgerlib.survey.codebook.open_answers.coding_frame": (
        "Code",
        "CodingFrame",
        "coded_answers",
        "load_coding_frame",
    ),
    "borgerlib.survey.codebook.open_answers.code_suggestion": ("suggest_codes",),
    "borgerlib.survey.codebook.open_answers.masking": ("mask_answers",),
    "borgerlib.survey.readers.read": ("read_export", "read_responses"),
    "borgerlib.survey.mapping.file": ("load_mapping",),
    "borgerlib.survey.mapping.suggestion": ("suggest_mapping",),
    "borgerlib.survey.cleaning.clean": ("clean",),
    "borgerlib.survey.cleaning.rules": ("CleaningRules",),
    "borgerlib.survey.simulation.simulate": ("simulate_export", "true_shares"),
    "borgerlib.population.municipalities": ("municipalities", "municipality"),
    "borgerlib.population.ages": ("age_band", "age_band_labels"),
    "borgerlib.population.districts": ("read_district_margin",),
    "borgerlib.population.margins": ("municipality_cells", "population_cells", "population_margins"),
    "borgerlib.population.merging": ("merge_levels", "merge_margins"),
    "borgerlib.population.statbank": ("refresh_population",),
    "borgerlib.statistics.weighting.weight": ("post_stratify", "rake", "trim"),
    "borgerlib.statistics.weighting.adjustment": (
        "WeightingResult",
        "design_effect",
        "effective_sample_size",
    ),
    "borgerlib.statistics.weighting.calibration": ("calibrate",),
    "borgerlib.statistics.weighting.replicates": ("Replicates", "replicate_weights"),
    "borgerlib.statistics.estimation.proportions": ("estimate_proportions", "estimate_total"),
    "borgerlib.statistics.estimation.differences": ("estimate_difference",),
    "borgerlib.statistics.estimation.numbers": ("estimate_mean", "estimate_quantiles", "estimate_ratio"),
    "borgerlib.statistics.estimation.rao_scott": ("rao_scott_test",),
    "borgerlib.statistics.models.agreement": ("coding_agreement",),
    "borgerlib.statistics.models.nonresponse": ("nonresponse_range",),
    "borgerlib.statistics.models.regression": ("Regression", "regress"),
    "borgerlib.statistics.models.small_area": ("SmallAreas", "small_area_estimates"),
    "borgerlib.statistics.crosstabs": ("banner_table",),
    "borgerlib.statistics.segmentation.files": ("load_segments", "save_segments"),
    "borgerlib.statistics.segmentation.rules": ("Segment", "assign_segments"),
    "borgerlib.statistics.segmentation.latent_classes": ("LatentClasses", "latent_classes"),
    "borgerlib.statistics.weighting.representativeness": ("participation_rates", "representativeness"),
    "borgerlib.statistics.disclosure.gate": ("DisclosedEstimates", "as_published", "disclose"),
    "borgerlib.statistics.disclosure.attacker": ("feasible_ranges",),
    "borgerlib.statistics.exact.finite_population": (
        "exact_share_test",
        "finite_population_interval",
    ),
    "borgerlib.statistics.exact.two_groups": ("exact_difference_test", "exact_trend_test"),
    "borgerlib.lokaldemokrati.published.feasible": ("feasible_counts", "smallest_change"),
    "borgerlib.lokaldemokrati.published.bounds": ("bounds", "cross_table"),
    "borgerlib.lokaldemokrati.published.identification": ("identification_table", "identify"),
    "borgerlib.lokaldemokrati.published.reconstruction": (
        "load_respondents",
        "reconstruct_respondents",
        "write_respondents",
    ),
    "borgerlib.lokaldemokrati.published.audit": ("audit",),
    "borgerlib.lokaldemokrati.insights.cases": ("load_cases",),
    "borgerlib.lokaldemokrati.leaders": ("open_leaders_survey",),
    "borgerlib.interest.prepare.prepare": ("prepare",),
    "borgerlib.interest.store": ("load", "prepared_municipalities"),
    "borgerlib.interest.survey": ("load_weighting",),
    "borgerlib.interest.export": ("export_data",),
    "borgerlib.comparison.municipalities": ("MunicipalityComparison", "compare_municipalities"),
    "borgerlib.comparison.targets": ("Progress", "Target", "follow_targets", "load_targets"),
    "borgerlib.comparison.waves": ("WaveComparison", "compare_waves"),
    "borgerlib.view.charts.charts": ("bar_chart", "count_chart", "grouped_bar_chart", "scale_chart"),
    "borgerlib.view.tables.html": ("estimates_table", "public_table"),
    "borgerlib.view.tables.banner": ("banner",),
    "borgerlib.view.comparison.municipalities": ("funnel_chart", "municipalities_table", "tile_map"),
    "borgerlib.view.comparison.page": ("ComparisonPage", "open_comparison"),
    "borgerlib.view.comparison.waves": ("change_chart", "changes_table", "changes_text"),
    "borgerlib.view.explore.explorer": ("Explorer", "explore"),
    "borgerlib.view.explore.heat": ("heat_map",),
    "borgerlib.view.leaders.insight": ("open_insight",),
    "borgerlib.view.citizens.interest": ("open_interest",),
    "borgerlib.view.council.council": ("open_council",),
    "borgerlib.contact.lottery.leximin": ("LotteryChances", "leximin_chances"),
    "borgerlib.contact.lottery.panels": ("PanelList", "list_panels"),
    "borgerlib.contact.invitation.who_comes": ("WhoComes", "who_comes"),
    "borgerlib.contact.invitation.page.inviter": ("Inviter", "open_inviter"),
    "borgerlib.dashboard.coding.page": ("CodingPage", "open_coding"),
    "borgerlib.dashboard.importing.importer": ("open_importer",),
    "borgerlib.dashboard.widget": ("InterestDashboard", "open_dashboard"),
    "borgerlib.workshop.widget": ("open_dialogue_cards", "open_influence_map"),
    "borgerlib.dashboard.parts": ("InterestChart", "InterestFilters"),
    "borgerlib.dashboard.saved.selection_page": ("SelectionPage", "open_selection"),
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}

__all__ = sorted(_HOME_OF)


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return importlib.import_module("importlib.metadata").version("borgerlib")
    if name not in _HOME_OF:
        near = importlib.import_module("borgerlib.errors").nearest(name, __all__)
        offered = f". Did you mean: {', '.join(near)}?" if near and not name.startswith("_") else ""
        raise AttributeError(f"module 'borgerlib' has no attribute '{name}'{offered}")
    return getattr(importlib.import_module(_HOME_OF[name]), name)


def __dir__() -> list[str]:
    return [name for name in globals() if name.startswith("__")] + __all__
