// The binding of tfjs-node with two functions more, which read and zero parts of a tensor in TensorFlow's own memory.
// Compiled in place of tfjs_binding.cc, which it takes in.

#include <node_api.h>

#include <cstdint>
#include <cstring>
#include <memory>
#include <unordered_map>

#include "tensorflow/c/c_api.h"
#include "tensorflow/c/eager/c_api.h"
#include "tensorflow/c/tf_tensor.h"

// Of the module that it would declare, only the function is wanted that fills the exports.
#undef NAPI_MODULE
#define NAPI_MODULE(name, init)
#include "tfjs_binding.cc"

namespace {

using tfnodejs::TFJSBackend;
using Handles = std::unordered_map<int32_t, TFE_TensorHandle *>;

// The backend's table of tensors is private. Explicit instantiation may name what is private, and gives it to a friend.
Handles &HandlesOf(TFJSBackend &backend);
template <Handles TFJSBackend::*table>
struct Reveal {
  friend Handles &HandlesOf(TFJSBackend &backend) { return backend.*table; }
};
template struct Reveal<&TFJSBackend::tfe_handle_map_>;

struct DeleteTensor {
  void operator()(TF_Tensor *tensor) const { TF_DeleteTensor(tensor); }
};
using Tensor = std::unique_ptr<TF_Tensor, DeleteTensor>;

napi_value Refuse(napi_env env, const char *why) {
  napi_throw_error(env, nullptr, why);
  return nullptr;
}

// Where the handle of a float32 tensor on the CPU stands in the table; null, and something thrown, where there is none.
TFE_TensorHandle **FindFloats(napi_env env, napi_value id_value) {
  int32_t id;
  TFJSBackend *const backend = tfnodejs::GetTFJSBackend(env);
  if (backend == nullptr) return nullptr;
  if (napi_get_value_int32(env, id_value, &id) != napi_ok) {
    Refuse(env, "the id of a tensor is a number");
    return nullptr;
  }
  Handles &handles = HandlesOf(*backend);
  const auto found = handles.find(id);
  if (found == handles.end() || TFE_TensorHandleDataType(found->second) != TF_FLOAT || backend->is_gpu_device) {
    Refuse(env, "no float32 tensor on the CPU has this id");
    return nullptr;
  }
  return &found->second;
}

// What a handle stands for; it shares the handle's memory.
Tensor Resolve(napi_env env, TFE_TensorHandle *handle) {
  TF_Status *status = TF_NewStatus();
  Tensor tensor(TFE_TensorHandleResolve(handle, status));
  if (TF_GetCode(status) != TF_OK) Refuse(env, TF_Message(status));
  TF_DeleteStatus(status);
  return tensor;
}

// readFloats(id, from, stride, values): each so-manieth element from a position on, until `values` is full.
napi_value ReadFloats(napi_env env, napi_callback_info info) {
  size_t argc = 4;
  napi_value args[4];
  int64_t from, stride;
  napi_typedarray_type type;
  size_t count;
  void *data;
  if (napi_get_cb_info(env, info, &argc, args, nullptr, nullptr) != napi_ok || argc < 4 ||
      napi_get_value_int64(env, args[1], &from) != napi_ok || napi_get_value_int64(env, args[2], &stride) != napi_ok ||
      napi_get_typedarray_info(env, args[3], &type, &count, &data, nullptr, nullptr) != napi_ok || type != napi_float32_array) {
    return Refuse(env, "readFloats takes the id of a tensor, a position, a stride and a Float32Array");
  }
  TFE_TensorHandle **handle = FindFloats(env, args[0]);
  if (handle == nullptr) return nullptr;
  const Tensor tensor = Resolve(env, *handle);
  if (tensor == nullptr || count == 0) return nullptr;
  const int64_t size = TF_TensorElementCount(tensor.get());
  if (from < 0 || from >= size || stride < 1 || static_cast<int64_t>(count) - 1 > (size - 1 - from) / stride) {
    return Refuse(env, "readFloats goes beyond the tensor");
  }
  const float *in = static_cast<const float *>(TF_TensorData(tensor.get())) + from;
  float *out = static_cast<float *>(data);
  if (stride == 1) {
    memcpy(out, in, count * sizeof(float));
  } else {
    for (size_t i = 0; i < count; i++, in += stride) out[i] = *in;
  }
  return nullptr;
}

// For each four bits, all ones in the lanes whose bits are set.
struct Lanes {
  uint32_t of[16][4];
  Lanes() {
    for (uint32_t bits = 0; bits < 16; bits++) {
      for (int lane = 0; lane < 4; lane++) of[bits][lane] = (bits >> lane) & 1 ? 0xffffffff : 0;
    }
  }
};
const Lanes kKept;

// 0 where the bit is 0; the first bit is the lowest of the first byte.
void Zero(float *values, int64_t size, const uint8_t *bits) {
  uint32_t words[8];
  const int64_t whole = size & ~int64_t{7};
  for (int64_t i = 0; i < whole; i += 8) {
    const uint32_t byte = bits[i >> 3];
    const uint32_t *low = kKept.of[byte & 15];
    const uint32_t *high = kKept.of[byte >> 4];
    memcpy(words, values + i, sizeof words);
    for (int lane = 0; lane < 4; lane++) {
      words[lane] &= low[lane];
      words[lane + 4] &= high[lane];
    }
    memcpy(values + i, words, sizeof words);
  }
  for (int64_t i = whole; i < size; i++) {
    if (!((bits[i >> 3] >> (i & 7)) & 1)) values[i] = 0;
  }
}

// zeroFloats(id, bits): 0 where the bit is 0, in place. False, and nothing is done, where something else holds the
// tensor's memory, too.
napi_value ZeroFloats(napi_env env, napi_callback_info info) {
  size_t argc = 2;
  napi_value args[2];
  napi_typedarray_type type;
  size_t count;
  void *bits;
  bool isZeroed = false;
  if (napi_get_cb_info(env, info, &argc, args, nullptr, nullptr) != napi_ok || argc < 2 ||
      napi_get_typedarray_info(env, args[1], &type, &count, &bits, nullptr, nullptr) != napi_ok || type != napi_uint8_array) {
    return Refuse(env, "zeroFloats takes the id of a tensor and a Uint8Array");
  }
  TFE_TensorHandle **handle = FindFloats(env, args[0]);
  if (handle == nullptr) return nullptr;
  Tensor tensor = Resolve(env, *handle);
  if (tensor == nullptr) return nullptr;
  const int64_t size = TF_TensorElementCount(tensor.get());
  if (static_cast<int64_t>(count) != (size + 7) / 8) return Refuse(env, "zeroFloats takes a bit for each element");

  // A tensor can be moved where nobody else holds its memory. The handle does; it takes its place again.
  TFE_DeleteTensorHandle(*handle);
  if (TF_Tensor *const moved = TF_TensorMaybeMove(tensor.get())) {
    // It may be another one; the one before is deleted then.
    tensor.release();
    tensor.reset(moved);
    Zero(static_cast<float *>(TF_TensorData(moved)), size, static_cast<const uint8_t *>(bits));
    isZeroed = true;
  }
  TF_Status *status = TF_NewStatus();
  *handle = TFE_NewTensorHandle(tensor.get(), status);
  if (TF_GetCode(status) != TF_OK) Refuse(env, TF_Message(status));
  TF_DeleteStatus(status);
  napi_value result = nullptr;
  napi_get_boolean(env, isZeroed, &result);
  return result;
}

napi_value Init(napi_env env, napi_value exports) {
  exports = tfnodejs::InitTFNodeJSBinding(env, exports);
  if (exports == nullptr) return nullptr;
  const napi_property_descriptor more[] = {
      {"readFloats", nullptr, ReadFloats, nullptr, nullptr, nullptr, napi_default, nullptr},
      {"zeroFloats", nullptr, ZeroFloats, nullptr, nullptr, nullptr, napi_default, nullptr},
  };
  napi_define_properties(env, exports, sizeof more / sizeof *more, more);
  return exports;
}

}  // namespace

NAPI_MODULE_INIT() { return Init(env, exports); }
