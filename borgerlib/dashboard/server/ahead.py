"""What each visitor's kernel would import and work out for itself: done once, before kernels are forked.

What is there before the fork is shared, and costs a visitor neither time nor memory.
"""

from __future__ import annotations

import json
import os
import sys
from contextlib import suppress
from types import SimpleNamespace

import pandas as pd
from ipykernel import ipkernel
from IPython.core import shellapp

from borgerlib.dashboard import widget
from borgerlib.dashboard.page.answers import open_answers
from borgerlib.dashboard.page.words import words
from borgerlib.population.municipalities import municipality
from borgerlib.view.citizens.sections import load_sections

words()
widget.script()
widget.style()
load_sections()
municipality("København")
# The first frame of texts has pyarrow take its memory.
pd.DataFrame({"text": ["a"]})["text"].eq("a").sum()
with suppress(Exception):  # a kernel tells what is wrong; this process serves all of them
    if opens := json.loads(os.environ.get("BORGER_OPENS", "{}")):
        open_answers(**opens)

# A kernel notes the files and names of all modules, for a debugger and for %reset, which no visitor can use.
# Whatever is looked at in a fork is copied: 12 MB a visitor. (ipykernel 7, IPython 9)
ipkernel.sys = shellapp.sys = SimpleNamespace(**{**vars(sys), "modules": {}})  # type: ignore[assignment, attr-defined]
