import numpy as np
import pandas as pd
import pytest

from borgerlib.errors import DataError, ParameterError
from borgerlib.statistics.segmentation import fitting
from borgerlib.statistics.segmentation.described import class_names
from borgerlib.statistics.segmentation.latent_classes import latent_classes
from borgerlib.survey.codebook.load import parse_codebook

TOPICS = ["klima", "natur", "skole", "sport", "vej", "havn"]
CODEBOOK = parse_codebook(
    {
        "survey": {"id": "proeve", "title": "Prøve"},
        "item": [
            {
                "id": "emner",
                "text": "Hvilke emner?",
                "kind": "multiple",
                "role": "topics",
                "options": [{"id": name, "text": name.capitalize()} for name in TOPICS],
            },
            {"id": "alder", "text": "Alder?", "kind": "number", "role": "age"},
        ],
    },
    source="prøve",
)
COLUMNS = CODEBOOK.item("emner").columns
# Three kinds of people: each has two topics that 85 pct. choose, and 10 pct. choose any of the others.
TRUTH = np.where(np.repeat(np.eye(3), 2, axis=1) == 1, 0.85, 0.10)
IN_POPULATION = np.array([0.5, 0.3, 0.2])


def simulated(n=6000, seed=4, missing=0.0):
    """Draw each kind alike often, so that only the weights tell how many there are of them."""
    random = np.random.default_rng(seed)
    kind = np.arange(n) % 3
    answers = (random.random((n, 6)) < TRUTH[kind]).astype(float)
    answers[random.random((n, 6)) < missing] = np.nan
    frame = pd.DataFrame(answers, columns=COLUMNS, index=pd.RangeIndex(100, 100 + n)).astype("Int8")
    return frame.assign(weight=3 * IN_POPULATION[kind]), kind


@pytest.fixture(scope="module")
def found():
    respondents, kind = simulated()
    return respondents, kind, latent_classes(respondents, CODEBOOK, weight="weight", most_classes=4, starts=3)


def test_steps_are_those_of_the_package_stepmix():
    answers = np.random.default_rng(1).integers(0, 2, (60, 5)).astype(float)
    answers[::9, 2] = np.nan
    begun = fitting._start(answers, 3, 1)
    model, bound = fitting._run(answers, np.linspace(0.5, 2, 60), begun, 40)
    # What StepMix 3.0 (Morin et al., 2023) found from the same start in as many steps.
    assert bound == pytest.approx(-3.2974062361446927, rel=1e-12)
    assert model.members(answers)[1][2] == pytest.approx([0.0153343935, 0.0728881288, 0.9117774778], rel=1e-8)


def test_classes_that_are_there_come_back_in_bootstrap_samples():
    respondents, _ = simulated(n=1500)
    found = latent_classes(respondents, CODEBOOK, weight="weight", most_classes=3, starts=2, samples=3)
    assert found.agreement > 0.8
    assert latent_classes(respondents, CODEBOOK, most_classes=1, samples=3).agreement is None


def test_known_classes_are_found_with_their_size_in_the_population(found):
    _, kind, result = found
    assert list(result.comparison["n_classes"]) == [1, 2, 3, 4]
    assert result.comparison.loc[result.comparison["chosen"], "n_classes"].tolist() == [3]
    # Six topics: a class has 6 shares, and k classes have k − 1 sizes.
    assert list(result.comparison["n_parameters"]) == [6, 13, 20, 27]
    assert list(result.classes["class"]) == ["klasse_1", "klasse_2", "klasse_3"]
    assert result.classes["share"].to_numpy() == pytest.approx(IN_POPULATION, abs=0.02)
    assert result.classes["share"].sum() == pytest.approx(1)
    profile = result.profile["proportion"].to_numpy().reshape(3, 6)
    assert profile == pytest.approx(TRUTH, abs=0.04)
    assert (result.assigned.cat.codes.to_numpy() == kind).mean() > 0.9


def test_classes_are_named_after_what_stands_out_against_the_whole(found):
    result = found[2]
    assert [set(name.split(" · ")) for name in result.classes["name"]] == [
        {"Klima", "Natur"}, {"Skole", "Sport"}, {"Vej", "Havn"},
    ]  # fmt: skip
    assert list(result.assigned.cat.categories) == list(result.classes["name"])


def test_profile_and_probabilities_agree(found):
    respondents, _, result = found
    assert result.probabilities.sum(axis=1).to_numpy() == pytest.approx(np.ones(6000))
    assert result.probabilities.index.equals(respondents.index)
    mass = result.probabilities["klasse_2"] * respondents["weight"]
    sport = result.profile.query("`class` == 'klasse_2' and option == 'sport'").iloc[0]
    assert sport["proportion"] == pytest.approx((mass * respondents["emner__sport"]).sum() / mass.sum())
    assert sport["overall"] == pytest.approx(
        (respondents["weight"] * respondents["emner__sport"]).sum() / respondents["weight"].sum()
    )
    assert sport["difference"] == pytest.approx(sport["proportion"] - sport["overall"])
    # The whole is its classes, weighted by their shares.
    parts = result.profile.pivot(index="option", columns="class", values="proportion")
    whole = parts @ result.classes.set_index("class")["share"]
    overall = result.profile.groupby("option")["overall"].first()
    assert whole[overall.index].to_numpy() == pytest.approx(overall.to_numpy())


def test_bic_is_what_its_formula_says(found):
    respondents, _, result = found
    one = result.comparison.iloc[0]
    # One class: each topic is chosen independently, with the whole's share p: a head brings
    # Σ p ln p + (1−p) ln(1−p), times Kish's (Σw)²/Σw² heads; 6 parameters.
    weight = respondents["weight"]
    heads = weight.sum() ** 2 / (weight**2).sum()
    p = (respondents[COLUMNS].astype(float).mul(weight, axis=0)).sum() / weight.sum()
    likelihood = heads * (p * np.log(p) + (1 - p) * np.log(1 - p)).sum()
    assert one["log_likelihood"] == pytest.approx(likelihood)
    assert one["bic"] == pytest.approx(-2 * likelihood + 6 * np.log(heads))


def test_seed_and_not_the_order_of_rows_decides(found):
    respondents, _, result = found
    shuffled = respondents.sample(frac=1, random_state=3)
    again = latent_classes(shuffled, CODEBOOK, weight="weight", most_classes=4, starts=3)
    pd.testing.assert_frame_equal(again.classes, result.classes)
    pd.testing.assert_frame_equal(again.probabilities.loc[respondents.index], result.probabilities)


def test_missing_topics_are_allowed_and_nothing_is_printed(capfd, recwarn):
    respondents, kind = simulated(n=1500, missing=0.15)
    respondents.loc[[100, 105], COLUMNS] = pd.NA
    before = respondents.copy(deep=True)
    result = latent_classes(respondents, CODEBOOK, weight="weight", most_classes=4, starts=3)
    assert result.classes["share"].to_numpy() == pytest.approx(IN_POPULATION, abs=0.05)
    assert result.probabilities.loc[[100, 105]].isna().all(axis=None)
    assert list(result.assigned.index[result.assigned.isna()]) == list(
        respondents.index[respondents[COLUMNS].isna().all(axis=1)]
    )
    assert (result.assigned.cat.codes.to_numpy() == kind).mean() > 0.85
    assert capfd.readouterr() == ("", "")
    assert not list(recwarn)
    pd.testing.assert_frame_equal(respondents, before)


def test_people_who_differ_by_chance_alone_are_one_class():
    random = np.random.default_rng(8)
    respondents = pd.DataFrame(random.integers(0, 2, (300, 6)), columns=COLUMNS)
    result = latent_classes(respondents, CODEBOOK, most_classes=3, starts=2)
    assert result.classes[["name", "share"]].to_numpy().tolist() == [["Alle", 1.0]]


def test_the_answers_limit_how_many_classes_are_tried():
    random = np.random.default_rng(8)
    respondents = pd.DataFrame(random.integers(0, 2, (300, 6)), columns=COLUMNS)
    respondents[COLUMNS[3:]] = 0
    # Three topics that divide: 2³ − 1 = 7 free shares of patterns, and two classes need 2 × 3 + 1 = 7.
    result = latent_classes(respondents, CODEBOOK, most_classes=6, starts=2)
    assert list(result.comparison["n_classes"]) == [1, 2]


def test_too_few_respondents_or_options_is_said():
    respondents, _ = simulated(n=99)
    with pytest.raises(DataError, match="too little") as caught:
        latent_classes(respondents.assign(**dict.fromkeys(COLUMNS[2:], 1)), CODEBOOK)
    assert list(caught.value.problems) == [
        "99 respondents with weight answered 'emner'; at least 100 are needed",
        "2 options of 'emner' that some chose and some did not; at least 3 are needed",
    ]


def test_what_is_wrongly_asked_for_is_said_at_once():
    respondents, _ = simulated(n=120)
    with pytest.raises(ParameterError) as caught:
        latent_classes(respondents, CODEBOOK, item="emnre", most_classes=0, starts=0)
    assert list(caught.value.problems) == [
        "most_classes is 0; it must be 1 or more",
        "starts is 0; it must be 1 or more",
        "Unknown item 'emnre'. Did you mean 'emner'?",
    ]
    with pytest.raises(ParameterError, match="item 'alder' is a number; legal: emner"):
        latent_classes(respondents, CODEBOOK, item="alder")
    with pytest.raises(ParameterError, match="Unknown column 'emner__havn'"):
        latent_classes(respondents.drop(columns="emner__havn"), CODEBOOK)
    without = parse_codebook(
        {"survey": {"id": "p", "title": "P"}, "item": [{"id": "alder", "text": "A", "kind": "number"}]},
        source="p",
    )
    with pytest.raises(ParameterError, match="role 'topics'"):
        latent_classes(respondents, without)


def test_names_say_what_stands_out_and_never_twice_the_same():
    labels, exclusive = ["Klima", "Skole", "Intet"], [False, False, True]
    difference = np.array(
        [
            [0.30, 0.20, -0.1],  # every topic
            [0.10, -0.20, 0.06],
            [-0.30, -0.20, 0.9],
            [-0.30, -0.20, 0.04],
            [0.01, -0.02, 0.0],
            [0.04, -0.02, 0.0],
        ]
    )
    assert class_names(difference, labels, exclusive) == [
        "Vælger mange", "Klima · Intet", "Intet", "Vælger få", "Som de fleste", "Som de fleste (2)",
    ]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_short_starts_find_what_long_ones_find(monkeypatch, seed):
    from sklearn.metrics import adjusted_rand_score

    respondents, _ = simulated(n=900, seed=seed)
    short = latent_classes(respondents, CODEBOOK, weight="weight", most_classes=4, starts=4)
    monkeypatch.setattr(fitting, "_SHORT_ITERATIONS", fitting._MOST_ITERATIONS)
    long = latent_classes(respondents, CODEBOOK, weight="weight", most_classes=4, starts=4)
    codes = [found.assigned.cat.codes for found in (short, long)]
    assert adjusted_rand_score(*codes) > 0.99
    assert list(short.classes["name"]) == list(long.classes["name"])
