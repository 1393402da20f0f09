"""What the reader meets: words that are out stay out, and no sentence claims an order by itself."""

import io
import json
import re
import tokenize
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
# Danish that readers stumbled over. Each was replaced everywhere; a better wording stands behind it.
OUT = {
    # This one is called a report too.
    r"(?<!-)[Rr]apporten (modsiger|sammenligner|læser figur|oplyser|viser antal)": "2021-rapporten …",
    r"(?<!-)[Rr]apportens (figur|egne k)": "2021-rapportens …",
    r"omtrent samme størrelse": "… der i størrelse er tættest på …",
    r"Til byrådet i \{[^}]*\.name": "i Ærø Kommune: man bor på Ærø",
    r"være med om": "inddrages i, være med til at drøfte",
    r"vælger oftere især": "Sammenlignet med de øvrige vælger de oftere …",
    r"÷": "divideret med",
    r"Vægte lader de grupper": "Grupper, hvor få har svaret, vejer tungere",
    r"laveste deltagelse delt med": "… har deltaget en fjerdedel så ofte som …",
    r"hvert svar tæller, så": "hvert svar vægtes, så",
    r"fylder efter vægtning": "Efter vægtning svarer fordelingen til befolkningens",
    r"regner typerne for givne": "tager ikke højde for, at typerne selv er skønnet",
    r"og den er over halvdelen også": "og er også over halvdelen blandt",
    r"gør tal op": "opgør tal",
    r"[Kk]an den være et udslag": "Kan den skyldes",
    r"genfund": "bekræftet",
    r"ser den båret": "siger, at den drives af",
    r"lovgivningen er tættere": "reglerne er strammere",
    r"rolle, at organisationen": "rolle at sikre, at organisationen",
    r"trukket ved lod": "sammensat ved lodtrækning",
    r"gå forud": "prioriteres først",
    r"Ved siden af prøver": "Sideløbende",
    r"billedbår": "billedbaseret",
    r"den er klar": "1 rapport er klar",
    r"Sæt hak": "Sæt flueben",
    r"ud over tilfældighed|ud over det tilfældige": "mere end tilfældigt",
    r"Borgere, de står for": "Så mange borgere svarer det til",
    r"Effektivt antal": "Svar, når vægtene regnes med",
}
# Who stands first is said by `first_sentence`, which knows ties; these words claim it without asking.
ORDER = r"[Øø]verst(?! på siden)|[Ii]sær\b|[Hh]yppigst er|[Mm]est brugt er|[Oo]ftest (nævnt|fra)"
DATA = sorted((ROOT / "data" / "raw").rglob("*.toml"))
CODE = sorted((ROOT / "borgerlib").rglob("*.py"))
OTHER = [
    path for kind in ("*.toml", "*.j2", "*.js", "*.html") for path in sorted((ROOT / "borgerlib").rglob(kind))
]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def strings(path):
    """The strings of a module without its docstrings and comments: what may reach a reader."""
    tokens = tokenize.generate_tokens(io.StringIO(path.read_text(encoding="utf-8")).readline)
    kinds = (tokenize.STRING, *(getattr(tokenize, k) for k in ("FSTRING_MIDDLE",) if hasattr(tokenize, k)))
    return "\n".join(t.string for t in tokens if t.type in kinds and not t.string.startswith('"""'))


def shown(path):
    """What a reader may meet of a file."""
    if path.suffix == ".py":
        return strings(path)
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        cells = json.loads(text)["cells"]
        return "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    if path.suffix == ".toml":
        return "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    return text


@pytest.fixture(scope="module")
def texts():
    """Return what a reader may meet, by file."""
    return {path: shown(path) for path in (*DATA, *CODE, *OTHER, *NOTEBOOKS)}


@pytest.mark.parametrize("out", OUT, ids=lambda out: out[:30])
def test_words_that_are_out_stay_out(texts, out):
    found = [path.relative_to(ROOT) for path, text in texts.items() if re.search(out, text)]
    assert not found, f"better: {OUT[out]}"


def test_no_text_claims_an_order_by_itself(texts):
    # What a questionnaire's own answers are called is not ours to change.
    found = {path: re.findall(ORDER, text) for path, text in texts.items() if path.name != "codebook.toml"}
    assert not {path: words for path, words in found.items() if words}


def test_ranks_are_named_by_the_sentence_that_knows_ties():
    # '#1' is the largest share, by chance or not: for a number, never for 'most'.
    assert not [path for path in DATA if re.search(r"\.#\d", shown(path))]


def test_the_search_would_find_them(texts):
    module = ROOT / "borgerlib" / "danish.py"
    assert '"januar"' in strings(module)
    assert "Round half away" not in strings(module)
    assert any("fortalt" in text or "kommun" in text for text in texts.values())
    assert re.search(ORDER, "Øverst står natur")
