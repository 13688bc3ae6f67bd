# the files of path/; included by Makefile.am
libengine_la_SOURCES += \
	path/hooks.c path/internal.h \
	path/names.c \
	path/path.c path/path.h \
	path/route.c \
	path/steps.c
