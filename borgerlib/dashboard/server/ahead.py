"""What each visitor's kernel would import and work out for itself: done once, before kernels are forked.

What is there before the fork is shared, and costs a visitor neither time nor memory.
"""

from __future__ import annotations

import pandas as pd

from borgerlib.dashboard import widget
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
