"""Lesson 04 in views: which layer catches which failure, what a schema loses on its way, and what a repair costs.

    failure_gallery(gallery(Order))               # eight failures against six layers
    schema_playground([Order, Basket])            # strict or not, and what the validator says
    print(outcomes(results))                      # what came of each text
    repair_chart(results)                         # tokens of each attempt

Nothing here judges a reply or a schema: `helpers.simulate.layers` and `helpers.simulate.playground` do.
"""

from __future__ import annotations

from helpers.views.structured.gallery import failure_gallery, layers_frame
from helpers.views.structured.outcomes import outcomes
from helpers.views.structured.playground import schema_playground
from helpers.views.structured.repair import plot_repair, repair_chart, repair_in_words, repair_numbers

__all__ = ["failure_gallery", "layers_frame", "outcomes", "plot_repair", "repair_chart", "repair_in_words",
           "repair_numbers", "schema_playground"]
