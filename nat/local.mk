# the files of nat/; included by Makefile.am
libengine_la_SOURCES += \
	nat/apply.c \
	nat/follow.c \
	nat/manip.c nat/manip.h \
	nat/nat.h \
	nat/setup.c \
	nat/unique.c nat/unique.h
