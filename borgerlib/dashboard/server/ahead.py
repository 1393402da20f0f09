"""Import and compute, once before kernels are forked, what every visitor's kernel needs.

Forked kernels share it, so that it costs no visitor time or memory.
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
# Use a frame of texts once, so that pyarrow allocates its memory before the fork.
pd.DataFrame({"text": ["a"]})["text"].eq("a").sum()
with suppress(Exception):  # the kernels will report the error; this process must go on serving them
    if opens := json.loads(os.environ.get("BORGER_OPENS", "{}")):
        open_answers(**opens)

# For debuggers and %reset, which no visitor can use, a kernel records the files and names of all modules.
# Reading them in a fork copies their memory: 12 MB per visitor. (ipykernel 7, IPython 9)
ipkernel.sys = shellapp.sys = SimpleNamespace(**{**vars(sys), "modules": {}})  # type: ignore[assignment, attr-defined]
