/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libnftvm - nftables rulesets in user space, as Linux runs them
 *
 * The life of an engine:
 *
 *	struct nftvm *nv = nftvm_new(0);
 *
 *	nftvm_define(nv, "wan=eth0");		settings, before a load
 *	nftvm_host_file(nv, "router.host");
 *	if (nftvm_load_file(nv, "router.nft") < 0)
 *		nftvm_diags_print(nv, stderr);	what is wrong, and where
 *	text = nftvm_list(nv, NFTVM_LIST_HANDLES);
 *	free(text);
 *	nftvm_free(nv);
 *
 * A load is one transaction: all of it stays, or nothing. Engines don't share
 * anything; one engine is used by one thread at a time. Nothing in here asks
 * the machine for its time.
 *
 * Functions that return int return 0, or -1 when the input is wrong: the
 * diagnostics say how. Lack of memory ends the program.
 */
#ifndef NFTVM_NFTVM_H
#define NFTVM_NFTVM_H

#include <stddef.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define NFTVM_API __attribute__((visibility("default")))
#else
#define NFTVM_API
#endif

/** struct nftvm - an engine: a host, what is loaded, and what runs it */
struct nftvm;

/* --- Version ------------------------------------------------------------- */

/** nftvm_version() - "0.1.0" */
NFTVM_API const char *nftvm_version(void);

/* --- Life-cycle ---------------------------------------------------------- */

enum nftvm_new_flags {
	/* Loads are only to be judged: keep nothing that listing needs. */
	NFTVM_NEW_CHECK = 1,
	/* Print numbers instead of names in what will be listed (nft -n). */
	NFTVM_NEW_NUMERIC = 2,
	/* No packet will come: take also what Linux runs and nftvm does not. */
	NFTVM_NEW_NO_RUN = 4,
};

/**
 * nftvm_new() - an empty engine
 * @flags:	enum nftvm_new_flags
 *
 * Return: the engine, the caller's to nftvm_free(); never NULL.
 */
NFTVM_API struct nftvm *nftvm_new(unsigned flags);
/** nftvm_free() - the engine and all in it; NULL accepted */
NFTVM_API void nftvm_free(struct nftvm *nv);

/* --- Settings ------------------------------------------------------------ */

/** nftvm_define() - a variable for the rulesets to come, "name=value" */
NFTVM_API void nftvm_define(struct nftvm *nv, const char *assignment);
/** nftvm_include_dir() - look for included files in @dir, too */
NFTVM_API void nftvm_include_dir(struct nftvm *nv, const char *dir);
/**
 * nftvm_host_file() - the box: links, addresses, routes, sysctls
 *
 * Links are then only those of the file; without one, any name is a link, and
 * they are numbered by first use.
 */
NFTVM_API int nftvm_host_file(struct nftvm *nv, const char *path);
/** nftvm_machine_links() - links are those of this machine, with its numbers */
NFTVM_API void nftvm_machine_links(struct nftvm *nv);

/* --- Ruleset ------------------------------------------------------------- */

/**
 * nftvm_load_files() - load files of nft's language, as one transaction
 * @paths:	"-" is stdin
 * @len:	how many
 */
NFTVM_API int nftvm_load_files(struct nftvm *nv, const char *const *paths,
			       size_t len);
/** nftvm_load_file() - the same of one file */
NFTVM_API int nftvm_load_file(struct nftvm *nv, const char *path);
/**
 * nftvm_load_text() - load a text that is in memory
 * @name:	what diagnostics call it
 */
NFTVM_API int nftvm_load_text(struct nftvm *nv, const char *name,
			      const char *text, size_t len);

enum nftvm_list_flags {
	NFTVM_LIST_HANDLES = 1,	  /* nft -a */
	NFTVM_LIST_STATELESS = 2, /* nft -s */
	NFTVM_LIST_JSON = 4,	  /* nft -j: libnftables-json(5) */
};

/**
 * nftvm_list() - what `nft list ruleset` prints
 * @flags:	enum nftvm_list_flags
 * Return: the text, the caller's to free().
 */
NFTVM_API char *nftvm_list(const struct nftvm *nv, unsigned flags);

enum nftvm_compile_form {
	NFTVM_FORM_NETLINK, /* as nft --debug=netlink prints it, per command */
	NFTVM_FORM_AST,	    /* the checked syntax tree, per command */
	NFTVM_FORM_VM, /* the programs that run, per chain, in both forms */
};

/**
 * nftvm_compile_files() - load files and show what they compile to
 * @form:	enum nftvm_compile_form
 * @text:	set to the bytecode, the caller's to free(); "" when a file is not
 *		well-formed
 *
 * Return: as nftvm_load_files(); like nft, bytecode is shown even if the load
 * is then refused.
 */
NFTVM_API int nftvm_compile_files(struct nftvm *nv, const char *const *paths,
				  size_t len, unsigned form, char **text);

/* --- Diagnostics --------------------------------------------------------- */

/** nftvm_diags_print() - all that was found wrong so far, with places */
NFTVM_API void nftvm_diags_print(const struct nftvm *nv, FILE *out);

#ifdef __cplusplus
}
#endif

#endif
