//! Black-box tests of the running application; they are in `tests/it`.
