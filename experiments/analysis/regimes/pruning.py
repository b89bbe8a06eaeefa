r"""Weakest-link pruning of a small tree (Breiman, Friedman, Olshen and Stone 1984).

A node's link is the error that its subtree saves for each leaf beyond one,

.. math:: g(t) = \frac{R(t) - R(T_t)}{|T_t| - 1},

and the node with the smallest is made a leaf, again and again, to the root: a nested sequence of
trees, each the best at some price of a leaf. (From memory, unverified.) It is done here, on
the nodes of a tree that scikit-learn grew, because its own pruning grows the tree anew for every
price.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

_LEAF = -1


@dataclass(frozen=True)
class Nodes:
    """A grown tree.

    Attributes
    ----------
    left, right : ndarray of int, shape (nodes,)
        Children; -1 for leaves.
    feature : ndarray of int, shape (nodes,)
    threshold : ndarray, shape (nodes,)
        What goes left has at most the threshold.
    share : ndarray, shape (nodes, classes)
        Share of each class in the node.
    weight : ndarray, shape (nodes,)
        Scenarios in the node.
    """

    left: np.ndarray
    right: np.ndarray
    feature: np.ndarray
    threshold: np.ndarray
    share: np.ndarray
    weight: np.ndarray

    def leaf_of(self, x: np.ndarray, leaves: frozenset[int]) -> np.ndarray:
        """Return the node at which each row ends in a pruned tree; shape (n,)."""
        at = np.zeros(len(x), dtype=int)
        pending = [(0, np.arange(len(x)))]
        while pending:
            node, rows = pending.pop()
            if node in leaves:
                at[rows] = node
                continue
            goes = x[rows, self.feature[node]] <= self.threshold[node]
            pending += [(self.left[node], rows[goes]), (self.right[node], rows[~goes])]
        return at


def nodes_of(tree: Any, classes: int) -> Nodes:
    """Return the nodes of a scikit-learn classifier fitted to classes 0 to ``classes`` - 1."""
    grown = tree.tree_
    share = np.zeros((grown.node_count, classes))
    counts = grown.value[:, 0, :]
    share[:, tree.classes_.astype(int)] = counts / counts.sum(axis=1, keepdims=True)
    return Nodes(
        grown.children_left,
        grown.children_right,
        grown.feature,
        grown.threshold,
        share,
        grown.weighted_n_node_samples,
    )


def sequence(nodes: Nodes) -> list[tuple[float, frozenset[int]]]:
    """Return (price of a leaf, leaves) from the grown tree to the root; prices do not fall.

    The error is the share of scenarios that are not of their node's most frequent class.
    """
    cost = nodes.weight * (1.0 - nodes.share.max(axis=1)) / nodes.weight[0]
    leaves = frozenset(np.flatnonzero(nodes.left == _LEAF).tolist())
    price, found = 0.0, [(0.0, leaves)]
    while len(leaves) > 1:
        links = {
            node: (cost[node] - sum(cost[leaf] for leaf in below)) / (len(below) - 1)
            for node, below in _below(nodes, leaves).items()
        }
        weakest = min(links, key=lambda node: (links[node], node))
        leaves = (leaves - _below(nodes, leaves)[weakest]) | {weakest}
        price = max(price, links[weakest])
        found.append((price, leaves))
    return found


def _below(nodes: Nodes, leaves: frozenset[int]) -> dict[int, frozenset[int]]:
    """Return the leaves below each inner node of a pruned tree."""
    found: dict[int, frozenset[int]] = {}

    def visit(node: int) -> frozenset[int]:
        if node in leaves:
            return frozenset([node])
        both = visit(int(nodes.left[node])) | visit(int(nodes.right[node]))
        found[node] = both
        return both

    visit(0)
    return found


def at_price(trees: list[tuple[float, frozenset[int]]], price: float) -> frozenset[int]:
    """Return the leaves of the best tree at a price of a leaf: the smallest that pays."""
    return [leaves for own, leaves in trees if own <= price + 1e-12][-1]
