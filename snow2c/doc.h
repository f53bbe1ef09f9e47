/* Documentation from sources. */
#ifndef SNOW2C_DOC_H
#define SNOW2C_DOC_H

#include "base/util.h"

/* Appends what is known of `what`: a library module, MODULE.NAME, a FILE.snow or FILE.snow:NAME; "modules" is a list of
 * the library's modules, "mdoc" the page snow-stdlib(7) of all of them. False, with a message in *why, when there is
 * no such thing. */
bool write_doc(Buf *out, const char *what, const char **why);

#endif
