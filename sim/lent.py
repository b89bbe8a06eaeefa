"""Arrays lent to the compiled loop: rows by index, and nothing to count.

Numba counts references to every array that a function is handed, atomically; with a
floor of eighteen arrays that costs more than the rules themselves. A lent array is a
pointer and a length. Whoever calls the loop owns the arrays for as long as it lasts.

With ``NUMBA_BOUNDSCHECK=1`` every index is checked.
"""

import hashlib
import operator
from typing import Any

import numba
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.datamodel import models
from numba.extending import intrinsic, overload, register_model
from numba.np import arrayobj

CACHE_LINE = 64
"""Bytes that a processor fetches at once."""


class Lent(types.Type):
    """The type of a lent one-dimensional array.

    Parameters
    ----------
    array : numba.types.Array
        The type of the array that is lent: contiguous, of one dimension.
    """

    def __init__(self, array: types.Array) -> None:
        self.array = array
        self.dtype = array.dtype
        # A record's full name lists its columns; it would end up in every symbol.
        short = hashlib.sha256(str(array).encode()).hexdigest()[:12]
        super().__init__(name=f"Lent({short})")


@register_model(Lent)
class LentModel(models.StructModel):
    """A pointer to the first row, and how many there are."""

    def __init__(self, manager: Any, lent: Lent) -> None:
        members = [("data", types.CPointer(lent.dtype)), ("nitems", types.intp)]
        super().__init__(manager, lent, members)


@intrinsic
def lend(typing_context: Any, array: types.Array) -> Any:
    """Lend an array."""
    lent = Lent(array)

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        owned = arrayobj.make_array(array)(context, builder, value=arguments[0])
        view = cgutils.create_struct_proxy(lent)(context, builder)
        view.data = owned.data
        view.nitems = owned.nitems
        return view._getvalue()

    return lent(array), code


@intrinsic
def _row(typing_context: Any, lent: Lent, index: types.Integer) -> Any:
    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        view = cgutils.create_struct_proxy(lent)(context, builder, value=arguments[0])
        place = builder.gep(view.data, [arguments[1]])
        return context.unpack_value(builder, lent.dtype, place)

    return lent.dtype(lent, types.intp), code


@intrinsic
def _store(typing_context: Any, lent: Lent, index: types.Integer, value: Any) -> Any:
    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        view = cgutils.create_struct_proxy(lent)(context, builder, value=arguments[0])
        place = builder.gep(view.data, [arguments[1]])
        context.pack_value(builder, lent.dtype, arguments[2], place)
        return context.get_dummy_value()

    return types.void(lent, types.intp, lent.dtype), code


@intrinsic
def _length(typing_context: Any, lent: Lent) -> Any:
    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        view = cgutils.create_struct_proxy(lent)(context, builder, value=arguments[0])
        return view.nitems

    return types.intp(lent), code


def fetch(rows: Any, index: int) -> None:
    """Have a row brought from memory while the processor goes on; changes nothing.

    Interpreted it does nothing. Compiled, rows that will be wanted soon, in no order that
    a processor could foresee, are fetched many at a time instead of one after another.

    Parameters
    ----------
    rows : rows of a floor
        Where the row is.
    index : int
        Which row.
    """


@intrinsic
def _prefetch(typing_context: Any, lent: Lent, index: types.Integer) -> Any:
    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        view = cgutils.create_struct_proxy(lent)(context, builder, value=arguments[0])
        place = builder.bitcast(builder.gep(view.data, [arguments[1]]), cgutils.voidptr_t)
        number = ir.IntType(32)
        prefetch = cgutils.get_or_insert_function(
            builder.module,
            ir.FunctionType(ir.VoidType(), [cgutils.voidptr_t, number, number, number]),
            "llvm.prefetch.p0",
        )
        for line in range(0, context.get_abi_sizeof(context.get_data_type(lent.dtype)), CACHE_LINE):
            there = builder.gep(place, [ir.Constant(ir.IntType(64), line)])
            # To be read, kept in every cache, data.
            builder.call(prefetch, [there, number(0), number(3), number(1)])
        return context.get_dummy_value()

    return types.void(lent, types.intp), code


@overload(fetch)
def _overload_fetch(rows, index):  # type: ignore[no-untyped-def]
    if isinstance(rows, Lent) and isinstance(index, types.Integer):
        return lambda rows, index: _prefetch(rows, index)
    return None


@overload(len)
def _overload_len(lent):  # type: ignore[no-untyped-def]
    if isinstance(lent, Lent):
        return lambda lent: _length(lent)
    return None


@overload(operator.getitem)
def _overload_getitem(lent, index):  # type: ignore[no-untyped-def]
    if not (isinstance(lent, Lent) and isinstance(index, types.Integer)):
        return None
    if not numba.config.BOUNDSCHECK:
        return lambda lent, index: _row(lent, index)

    def checked(lent, index):  # type: ignore[no-untyped-def]
        if index < 0 or index >= _length(lent):
            raise IndexError("row out of bounds")
        return _row(lent, index)

    return checked


@overload(operator.setitem)
def _overload_setitem(lent, index, value):  # type: ignore[no-untyped-def]
    if not (isinstance(lent, Lent) and isinstance(index, types.Integer)):
        return None
    if not numba.config.BOUNDSCHECK:
        return lambda lent, index, value: _store(lent, index, value)

    def checked(lent, index, value):  # type: ignore[no-untyped-def]
        if index < 0 or index >= _length(lent):
            raise IndexError("row out of bounds")
        _store(lent, index, value)

    return checked
