// SPDX-License-Identifier: Apache-2.0
//
// The public functions that every proxy has, alike but for the names: open, close, name, call and
// destroy. The header of the structure declares and describes them; its source says which service
// of the members stands behind it:
//
//	struct hz_queue {
//		hzi_handle handle;
//	};
//
//	HZI_HANDLE_API(queue, HZ_SERVICE_QUEUE)
//
// defines hz_queue_open, hz_queue_close, hz_queue_name, hz_queue_call and hz_queue_destroy_async,
// and handle_of(), which gives the hzi_handle of an hz_queue, NULL for NULL. A structure that does
// one of these its own way takes the parts and writes that one itself.
#ifndef HZI_PROXIES_HANDLE_API_H
#define HZI_PROXIES_HANDLE_API_H

#include "proxies/proxy.h"

// clang-format off
#define HZI_HANDLE_OF(noun)                                                                        \
	_Static_assert(sizeof(struct hz_##noun) <= HZI_HANDLE_MAX, "handles are cheap");           \
                                                                                                   \
	static inline hzi_handle *                                                                 \
	handle_of(hz_##noun *proxy)                                                                \
	{                                                                                          \
		return proxy != NULL ? &proxy->handle : NULL;                                      \
	}

// handle_of and name.
#define HZI_HANDLE_NAME(noun)                                                                      \
	HZI_HANDLE_OF(noun)                                                                        \
                                                                                                   \
	HZ_API const char *                                                                        \
	hz_##noun##_name(const hz_##noun *proxy)                                                   \
	{                                                                                          \
		return hzi_handle_text(proxy != NULL ? &proxy->handle : NULL);                     \
	}

#define HZI_HANDLE_CALL(noun)                                                                      \
	HZ_API hz_err                                                                              \
	hz_##noun##_call(hz_##noun *proxy, const hz_call *call)                                    \
	{                                                                                          \
		return hzi_handle_set_call(handle_of(proxy), call);                                \
	}

#define HZI_HANDLE_BASE(noun)                                                                      \
	HZI_HANDLE_NAME(noun)                                                                      \
	HZI_HANDLE_CALL(noun)

#define HZI_HANDLE_OPEN(noun, service)                                                             \
	HZ_API hz_err                                                                              \
	hz_##noun##_open(hz_client *client, const char *name, const hz_call *call,                 \
			hz_##noun **out, hz_error *err)                                            \
	{                                                                                          \
		hzi_handle *handle = NULL;                                                         \
		hz_err e = hzi_handle_open(client, service, name, call, sizeof(**out),             \
				out != NULL ? &handle : NULL, err);                                \
		if (handle != NULL) {                                                              \
			*out = HZI_OUTER(handle, hz_##noun, handle);                               \
		}                                                                                  \
		return e;                                                                          \
	}

#define HZI_HANDLE_CLOSE(noun)                                                                     \
	HZ_API void                                                                                \
	hz_##noun##_close(hz_##noun **proxy)                                                       \
	{                                                                                          \
		if (proxy != NULL) {                                                               \
			hzi_handle_close(handle_of(*proxy));                                       \
			*proxy = NULL;                                                             \
		}                                                                                  \
	}

#define HZI_HANDLE_DESTROY(noun)                                                                   \
	HZ_API hz_future                                                                           \
	hz_##noun##_destroy_async(hz_##noun *proxy)                                                \
	{                                                                                          \
		return hzi_handle_destroy_async(handle_of(proxy));                                 \
	}

#define HZI_HANDLE_API(noun, service)                                                              \
	HZI_HANDLE_BASE(noun)                                                                      \
	HZI_HANDLE_OPEN(noun, service)                                                             \
	HZI_HANDLE_CLOSE(noun)                                                                     \
	HZI_HANDLE_DESTROY(noun)
// clang-format on

#endif
