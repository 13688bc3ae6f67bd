# the benchmarks; built with everything else, run by ./dev bench
noinst_PROGRAMS += bench/mkcap
bench_mkcap_SOURCES = bench/mkcap.c
bench_mkcap_LDADD = libengine.la
