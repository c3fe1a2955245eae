# Each command is `python -m helpers COMMAND`, which is what to type on a machine without make (see README.md).
PYTHON ?= python3
LESSON_FLAG = $(if $(LESSON),--lesson '$(LESSON)')
# A PORT that the shell happens to export is not a wish: only `make lab PORT=8899` is.
PORT_FLAG = $(if $(filter command,$(firstword $(origin PORT))),--port '$(PORT)')

help:      ; @$(PYTHON) -m helpers --help
lab:       ; @$(PYTHON) -m helpers lab $(LESSON_FLAG) $(PORT_FLAG) $(ARGS)
test:      ; @$(PYTHON) -m helpers test $(ARGS)
notebooks: ; @$(PYTHON) -m helpers notebooks $(LESSON_FLAG) $(ARGS)
fresh:     ; @$(PYTHON) -m helpers fresh $(LESSON_FLAG) $(ARGS)
construct: ; @$(PYTHON) -m helpers construct $(LESSON_FLAG) $(ARGS)
record:    ; @$(PYTHON) -m helpers record $(LESSON_FLAG) $(ARGS)
lock:      ; @$(PYTHON) -m helpers lock $(ARGS)
bench:     ; @$(PYTHON) -m helpers bench $(ARGS)
doctor:    ; @$(PYTHON) -m helpers doctor $(ARGS)

.PHONY: help lab test notebooks fresh construct record lock bench doctor
