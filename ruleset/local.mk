# the files of ruleset/; included by Makefile.am
