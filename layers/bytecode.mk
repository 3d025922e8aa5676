# What the three layers share: the target they are built for, and how they are compiled for it.
#
# `sam build` runs a layer's Makefile with ARTIFACTS_DIR set. Everything else may come from the
# environment; without it a layer is built for the cloud's default.
#
#   LAYER_PYTHON        Python of the runtime that will load the layer: 3.13
#   LAYER_ARCHITECTURE  its processor: arm64, x86_64, or native for this machine
#   LAYER_PIP           any interpreter with pip; it need not be of the target version
#   LAYER_COMPILER      an interpreter of the target version; found by itself when one is installed

LAYER_PYTHON ?= 3.13
LAYER_ARCHITECTURE ?= arm64
LAYER_PIP ?= python3
LAYER_COMPILER ?= python$(LAYER_PYTHON)

PACKAGES = $(ARTIFACTS_DIR)/python

# A name on the PATH proves nothing: version managers leave shims behind that only print an error.
RUNS_TARGET = $(LAYER_COMPILER) -c \
	'import sys; sys.exit("%d.%d" % sys.version_info[:2] != "$(LAYER_PYTHON)")' 2>/dev/null

# Lambda's file system is read-only and the dates in a zip void time-stamped bytecode, so a layer
# without hash-based bytecode compiles itself at every cold start. `unchecked`: nobody edits a layer.
# The paths inside the bytecode are those of the runtime, whoever builds.
define byte_compile
@if $(RUNS_TARGET); then \
	PYTHONHASHSEED=0 $(LAYER_COMPILER) -m compileall -q -f --invalidation-mode unchecked-hash \
		-s "$(PACKAGES)" -p /opt/python "$(PACKAGES)" || exit 1; \
	echo "compiled for Python $(LAYER_PYTHON)" >&2; \
else \
	echo "not compiled: no Python $(LAYER_PYTHON) runs here; cold starts will take longer" >&2; \
fi
endef
