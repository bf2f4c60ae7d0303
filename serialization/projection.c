// SPDX-License-Identifier: Apache-2.0
#include "serialization/aggregator.h"

enum { FACTORY = -30, SINGLE = 0, MULTI = 1, IDENTITY = 2 };

static hz_proj *
make(int32_t class_id)
{
	return hzi_object_new(sizeof(hz_proj), FACTORY, class_id);
}

static void
add_attribute(hz_proj *made, const char *attribute)
{
	hzi_object_text(&made->object, attribute);
	if (attribute == NULL) {
		hzi_object_fail(&made->object, HZ_ERR_ARGUMENT,
				"an attribute of a projection is NULL");
	}
}

HZ_API hz_proj *
hz_proj_single(const char *attribute)
{
	hz_proj *made = make(SINGLE);
	add_attribute(made, attribute);
	return made;
}

HZ_API hz_proj *
hz_proj_multi(const char *const *attributes, size_t n)
{
	hz_proj *made = make(MULTI);
	if (attributes == NULL || n == 0 || n > HZI_OBJECT_MAX) {
		hzi_object_fail(&made->object, HZ_ERR_ARGUMENT,
				"a projection of no attributes, or of too many");
		return made;
	}
	hzi_object_i32(&made->object, (int32_t)n);
	for (size_t i = 0; i < n && hzi_object_good(&made->object); i++) {
		add_attribute(made, attributes[i]);
	}
	return made;
}

HZ_API hz_proj *
hz_proj_identity(void)
{
	return make(IDENTITY);
}

HZ_API void
hz_proj_destroy(hz_proj **projection)
{
	if (projection != NULL) {
		hzi_object_free(*projection);
		*projection = NULL;
	}
}
