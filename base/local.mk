# the files of base/; included by Makefile.am
libengine_la_SOURCES += \
	base/alloc.c base/alloc.h \
	base/arena.c base/arena.h \
	base/byteorder.h \
	base/clock.h \
	base/diag.c base/diag.h \
	base/elem_batch.c base/elem_batch.h \
	base/hash.c base/hash.h \
	base/json_text.c base/json_text.h \
	base/list.h \
	base/reason.c base/reason.h base/reason.def \
	base/rng.c base/rng.h \
	base/strbuf.c base/strbuf.h \
	base/strmap.c base/strmap.h \
	base/util.h \
	base/vec.h
