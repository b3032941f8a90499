"""Layers whose matrix can be frozen and corrected by two thin ones (LoRA).

Source: Hu et al., LoRA, 2021 (arXiv:2106.09685), and `enable_lora` of Keras's layers.
"""

from typing import ClassVar

from cnnspec.catalogue.layers.base import Layer, Weight
from cnnspec.ground.errors import ArgumentError
from cnnspec.ground.kinds import Natural


class LowRank(Layer):
    """The arguments of LoRA, and the weights that it adds."""

    constraint: ClassVar[str] = "kernel_constraint"
    """The argument that Keras refuses together with `lora_rank`."""
    lora_rank: Natural | None = None
    lora_alpha: float | None = None

    def rules(self) -> None:
        if self.lora_rank and getattr(self, self.constraint) is not None:
            raise ArgumentError(
                self.constraint,
                "exclusive-arguments",
                f"{self.title()} can't have lora_rank and {self.constraint} together",
                "leave one of the two out",
            )

    def corrections(self, matrix: Weight) -> list[Weight]:
        """The two thin matrices whose product is added to `matrix`."""
        if not self.lora_rank:
            return []
        *others, last = matrix.shape
        return [
            Weight(f"lora_{matrix.name}_a", (*others, self.lora_rank)),
            Weight(f"lora_{matrix.name}_b", (self.lora_rank, last)),
        ]
