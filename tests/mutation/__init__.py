"""How much the tests notice: ``python -m tests.mutation`` changes the source in small ways, and runs them.

Both kept tools were looked at first. mutmut (3) puts every mutant of a function beside the original, behind a function
that chooses by an environment variable. That one would be one more frame on the stack that the runtime walks, and would
import mutmut in each environment under test, where start-up may load three modules: every test would fail, and not
for the mutant. It changes no code outside functions either. cosmic-ray changes the file in place and runs one command,
which works with tests that build a wheel from the checkout; but it runs the same command for every mutant (here half an
hour), knows nothing of which tests reach a line, has no sample by module, and drops no statements.

So this is what is left to do by hand: mutants from the syntax tree, a seeded sample, and for each mutant first the
tests that reach its line, in subprocesses too, and then all the others.
"""
