"""The public names and where they live: for type checkers, and for `__init__` to load each on first use."""

from .errors import (
    BorgerlibError as BorgerlibError,
    CodebookError as CodebookError,
    ConvergenceError as ConvergenceError,
    DataError as DataError,
    DisclosureError as DisclosureError,
    MarginError as MarginError,
    NotIdentifiedError as NotIdentifiedError,
    ParameterError as ParameterError,
    RunError as RunError,
)
from .survey.codebook.load import load_codebook as load_codebook
from .survey.codebook.model import Codebook as Codebook
from .survey.form.editor import FormEditor as FormEditor, open_form_editor as open_form_editor
from .survey.codebook.open_answers.coding_frame import (
    Code as Code,
    CodingFrame as CodingFrame,
    coded_answers as coded_answers,
    load_coding_frame as load_coding_frame,
)
from .survey.codebook.open_answers.code_suggestion import suggest_codes as suggest_codes
from .survey.codebook.open_answers.masking import mask_answers as mask_answers
from .survey.readers.read import read_export as read_export, read_responses as read_responses
from .survey.mapping.file import load_mapping as load_mapping
from .survey.mapping.suggestion import suggest_mapping as suggest_mapping
from .survey.cleaning.clean import clean as clean
from .survey.cleaning.ages import CleaningRules as CleaningRules
from .survey.simulation.simulate import simulate_export as simulate_export, true_shares as true_shares
from .population.municipalities import (
    Municipality as Municipality,
    municipalities as municipalities,
    municipality as municipality,
)
from .population.ages import age_band as age_band, age_band_labels as age_band_labels
from .population.districts import read_district_margin as read_district_margin
from .population.margins import (
    municipality_cells as municipality_cells,
    population_cells as population_cells,
    population_margins as population_margins,
)
from .population.merging import merge_levels as merge_levels, merge_margins as merge_margins
from .population.statbank import refresh_population as refresh_population
from .statistics.weighting.weight import post_stratify as post_stratify, rake as rake, trim as trim
from .statistics.weighting.adjustment import (
    WeightingResult as WeightingResult,
    design_effect as design_effect,
    effective_sample_size as effective_sample_size,
)
from .statistics.weighting.calibration import calibrate as calibrate
from .statistics.weighting.replicates import Replicates as Replicates, replicate_weights as replicate_weights
from .statistics.estimation.proportions import (
    estimate_proportions as estimate_proportions,
    estimate_total as estimate_total,
)
from .statistics.estimation.differences import estimate_difference as estimate_difference
from .statistics.estimation.numbers import (
    estimate_mean as estimate_mean,
    estimate_quantiles as estimate_quantiles,
    estimate_ratio as estimate_ratio,
)
from .statistics.estimation.rao_scott import rao_scott_test as rao_scott_test
from .statistics.models.agreement import coding_agreement as coding_agreement
from .statistics.models.nonresponse import nonresponse_range as nonresponse_range
from .statistics.models.regression import Regression as Regression, regress as regress
from .statistics.models.small_area import (
    SmallAreas as SmallAreas,
    small_area_estimates as small_area_estimates,
)
from .statistics.crosstabs import banner_table as banner_table
from .statistics.segmentation.files import load_segments as load_segments, save_segments as save_segments
from .statistics.segmentation.rules import Segment as Segment, assign_segments as assign_segments
from .statistics.segmentation.latent_classes import (
    LatentClasses as LatentClasses,
    latent_classes as latent_classes,
)
from .statistics.weighting.representativeness import (
    participation_rates as participation_rates,
    representativeness as representativeness,
)
from .statistics.disclosure.gate import (
    DisclosedEstimates as DisclosedEstimates,
    as_published as as_published,
    disclose as disclose,
)
from .statistics.disclosure.attacker import feasible_ranges as feasible_ranges
from .statistics.exact.finite_population import (
    exact_share_test as exact_share_test,
    finite_population_interval as finite_population_interval,
)
from .statistics.exact.two_groups import (
    exact_difference_test as exact_difference_test,
    exact_trend_test as exact_trend_test,
)
from .lokaldemokrati.published.feasible import (
    feasible_counts as feasible_counts,
    smallest_change as smallest_change,
)
from .lokaldemokrati.published.bounds import bounds as bounds, cross_table as cross_table
from .lokaldemokrati.published.identification import (
    identification_table as identification_table,
    identify as identify,
)
from .lokaldemokrati.published.reconstruction import (
    load_respondents as load_respondents,
    reconstruct_respondents as reconstruct_respondents,
    write_respondents as write_respondents,
)
from .lokaldemokrati.published.audit import audit as audit
from .lokaldemokrati.insights.cases import load_cases as load_cases
from .lokaldemokrati.leaders import (
    LeadersSurvey as LeadersSurvey,
    open_leaders_survey as open_leaders_survey,
)
from .interest.prepare.prepare import prepare as prepare
from .interest.store import load as load, prepared_municipalities as prepared_municipalities
from .interest.survey import load_weighting as load_weighting
from .interest.export import export_data as export_data
from .comparison.municipalities import (
    MunicipalityComparison as MunicipalityComparison,
    compare_municipalities as compare_municipalities,
)
from .comparison.targets import (
    Progress as Progress,
    Target as Target,
    follow_targets as follow_targets,
    load_targets as load_targets,
)
from .comparison.waves import WaveComparison as WaveComparison, compare_waves as compare_waves
from .view.charts.chart import Chart as Chart
from .view.charts.charts import (
    bar_chart as bar_chart,
    count_chart as count_chart,
    grouped_bar_chart as grouped_bar_chart,
    scale_chart as scale_chart,
)
from .view.tables.html import (
    Table as Table,
    estimates_table as estimates_table,
    public_table as public_table,
)
from .view.tables.banner import banner as banner
from .view.comparison.municipalities import (
    funnel_chart as funnel_chart,
    municipalities_table as municipalities_table,
    tile_map as tile_map,
)
from .view.comparison.page import ComparisonPage as ComparisonPage, open_comparison as open_comparison
from .view.comparison.waves import (
    change_chart as change_chart,
    changes_table as changes_table,
    changes_text as changes_text,
)
from .view.explore.explorer import Explorer as Explorer, explore as explore
from .view.explore.heat import heat_map as heat_map
from .view.leaders.insight import InsightPage as InsightPage, open_insight as open_insight
from .view.citizens.interest import InterestPage as InterestPage, open_interest as open_interest
from .view.council.council import CouncilPage as CouncilPage, open_council as open_council
from .contact.lottery.leximin import LotteryChances as LotteryChances, leximin_chances as leximin_chances
from .contact.lottery.panels import PanelList as PanelList, list_panels as list_panels
from .contact.invitation.who_comes import WhoComes as WhoComes, who_comes as who_comes
from .contact.invitation.page.inviter import Inviter as Inviter, open_inviter as open_inviter
from .dashboard.coding.page import CodingPage as CodingPage, open_coding as open_coding
from .dashboard.importing.importer import open_importer as open_importer
from .dashboard.widget import InterestDashboard as InterestDashboard, open_dashboard as open_dashboard
from .workshop.widget import (
    open_dialogue_cards as open_dialogue_cards,
    open_influence_map as open_influence_map,
)
from .dashboard.parts import InterestChart as InterestChart, InterestFilters as InterestFilters
from .dashboard.saved.selection_page import SelectionPage as SelectionPage, open_selection as open_selection

__version__: str
