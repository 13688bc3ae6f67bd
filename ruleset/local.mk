# the files of ruleset/; included by Makefile.am
libengine_la_SOURCES += \
	ruleset/chain.c \
	ruleset/elems.c ruleset/elems.h \
	ruleset/flowtable.c \
	ruleset/handles.c ruleset/handles.h \
	ruleset/internal.h \
	ruleset/list.c ruleset/list.h \
	ruleset/list_json.c \
	ruleset/list_set.c \
	ruleset/object.c ruleset/rule.c \
	ruleset/ruleset.c ruleset/ruleset.h \
	ruleset/set.c \
	ruleset/setelem.c \
	ruleset/table.c \
	ruleset/types.h
