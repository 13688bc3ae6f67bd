/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/json_text.h"

#include "base/strbuf.h"

/* Bytes of the longest UTF-8 character. */
#define CHAR_MAX_LEN 4

/* How long the character at @s is, as jansson sees it; 0: it is none. */
static size_t char_len(const char *s)
{
	json_t *one;

	for (size_t len = 1; len <= CHAR_MAX_LEN && s[len - 1]; len++) {
		one = json_stringn(s, len);
		json_decref(one);
		if (one)
			return len;
	}
	return 0;
}

json_t *json_text(const char *s)
{
	struct strbuf text = STRBUF_INIT;
	json_t *o = json_string(s);

	if (o)
		return o;
	while (*s) {
		size_t len = char_len(s);

		if (len)
			strbuf_add(&text, s, len);
		else
			strbuf_puts(&text, "\xef\xbf\xbd");
		s += len ? len : 1;
	}
	o = json_string(strbuf_str(&text));
	strbuf_fini(&text);
	return o;
}
