"""A reader of what is shown who shares no code with what hides: an integer program."""

from dataclasses import dataclass, field

import numpy as np
from scipy import optimize, sparse


@dataclass
class Reader:
    """An integer program: one variable a count or base, and what the pages say of it."""

    at: dict = field(default_factory=dict)
    most: list = field(default_factory=list)
    rows: list = field(default_factory=list)
    least: list = field(default_factory=list)
    greatest: list = field(default_factory=list)

    def variable(self, *name, most):
        self.at[name] = len(self.at)
        self.most.append(most)
        return self.at[name]

    def say(self, terms, least, greatest):
        self.rows.append(terms)
        self.least.append(least - 1e-6)
        self.greatest.append(greatest + 1e-6)

    def said(self):
        matrix = sparse.lil_array((len(self.rows), len(self.at)))
        for row, terms in enumerate(self.rows):
            for column, factor in terms:
                matrix[row, column] += factor
        return optimize.LinearConstraint(matrix.tocsr(), self.least, self.greatest)

    def range(self, name, said):
        ends = []
        for sign in (1, -1):
            goal = np.zeros(len(self.at))
            goal[self.at[name]] = sign
            found = optimize.milp(
                goal,
                constraints=said,
                bounds=optimize.Bounds(0, self.most),
                integrality=np.ones(len(self.at)),
                options={"node_limit": 500},  # not seconds: a busy machine would prove less
            )
            # Where the program is not solved to its end, its bound is what the reader could hope for at most.
            ends.append(sign * (found.mip_dual_bound if found.x is None else found.fun))
        return int(np.ceil(ends[0] - 1e-6)), int(np.floor(ends[1] + 1e-6))
