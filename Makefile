# Each target does all the set-up it needs. Only Python 3.11 to 3.13, make and git are expected.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PYTEST := $(BIN)/python -m pytest

.PHONY: install run test lint lint-python lint-sql soak recovery fuzz bench scale wheel clean copies

install: $(VENV)/.installed ## make .venv and install Wirehouse into it

# uv installs faster where it is there; pip alone does it too.
$(VENV)/.installed: pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	if command -v uv > /dev/null; then \
		uv pip install --quiet --python $(BIN)/python -c constraints.txt -e '.[dev]'; \
	else \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'; \
	fi
	touch $@

run: install ## the whole flow on seeds/
	$(BIN)/wirehouse run

# Three processes on two cores, as tests with a Prefect server mostly wait.
test: install
	$(PYTEST) -q -n 3 --dist loadfile --no-loadscope-reorder

lint: lint-python lint-sql

lint-python: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

lint-sql: install
	$(BIN)/sqlfluff lint --disable-progress-bar dbt_project

MINUTES ?= 60

soak: install ## what takes too long for every change: many random histories of runs, then a run every minute for MINUTES
	$(PYTEST) -q -m soak
	$(BIN)/python -m tests.benchmarks.soak $(MINUTES)

fuzz: install ## damaged files of every format: each is loaded or rejected
	$(BIN)/python -m tests.benchmarks.fuzz_readers

# What only benchmarks need. The pip of older Pythons fails on an extra that two packages spell differently.
$(VENV)/.bench: $(VENV)/.installed
	if command -v uv > /dev/null; then uv pip install --quiet --python $(BIN)/python -c constraints.txt -e '.[bench]'; \
	else $(BIN)/python -m pip install --quiet --disable-pip-version-check 'pip>=24.1' && \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[bench]'; fi
	touch $@

bench: $(VENV)/.bench
	$(BIN)/python -m tests.benchmarks

scale: $(VENV)/.bench ## 100,000 documents, about 0.4 GB: some twenty minutes on two free cores
	$(BIN)/python -m tests.benchmarks 100000

recovery: install ## how late cron runs start, and how long until runs work again after each kind of kill
	$(BIN)/python -m tests.benchmarks.recovery

copies: install ## precision and recall of the copies that are told, on texts made for it
	$(BIN)/python -m tests.benchmarks.copies

wheel: install
	$(BIN)/python -m build --wheel --no-isolation --outdir dist

clean:
	rm -rf $(VENV) dist build warehouse/data dbt_project/target
