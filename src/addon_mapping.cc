// Making mappings, reaching them by buffers, ending them.

#include "addon.h"
#include "fault_guard.h"
#include "shared_buffer.h"

namespace mmap_io {

namespace {

constexpr int kNoFile = -1;
constexpr int kTableFull = 12;  // ENOMEM: as the kernel says when it has no room for one more mapping

Napi::Value Registered(const Napi::CallbackInfo& info, platform::Span span, size_t granule, int protection, int fd) {
  const MappingId id = Mapping::Register(span, granule, protection, fd, Mapping::SpanOwner::kUs);
  if (id != kNoMapping) return Identity(info, id);
  platform::Unmap(span);
  if (fd != kNoFile) platform::CloseFile(fd);
  return Error(info, kTableFull);
}

// map(length, protection, flags, fd, offset): an id, owned by the caller
Napi::Value Map(const Napi::CallbackInfo& info) {
  if (const int error = EnableFaultGuard()) return Error(info, error);
  const int protection = Int(info, 1);
  platform::Span span;
  size_t granule;
  const int error = platform::Map(static_cast<size_t>(Offset(info, 0)), protection, Int(info, 2), Int(info, 3), Offset(info, 4), &span, &granule);
  return error != 0 ? Error(info, error) : Registered(info, span, granule, protection, kNoFile);
}

// A duplicate of the descriptor, or -1 for -1.
int Keep(int fd, int* out) {
  *out = kNoFile;
  return fd == kNoFile ? 0 : platform::DuplicateFile(fd, out);
}

// reserve(length, protection, fd): an id for address space that place() is
// going to fill with that protection; keeps a duplicate of `fd`, unless it is -1
Napi::Value Reserve(const Napi::CallbackInfo& info) {
  if (const int error = EnableFaultGuard()) return Error(info, error);
  int fd;
  if (const int error = Keep(Int(info, 2), &fd)) return Error(info, error);
  platform::Span span;
  if (const int error = platform::Reserve(static_cast<size_t>(Offset(info, 0)), &span)) {
    if (fd != kNoFile) platform::CloseFile(fd);
    return Error(info, error);
  }
  return Registered(info, span, platform::PageSize(), Int(info, 1), fd);
}

// adopt(bytes, protection, fd): as reserve(), over address space of the
// runtime's own, page-aligned at both ends, until forget(id)
Napi::Value Adopt(const Napi::CallbackInfo& info) {
  if (const int error = EnableFaultGuard()) return Error(info, error);
  int fd;
  if (const int error = Keep(Int(info, 2), &fd)) return Error(info, error);
  const MappingId id = Mapping::Register(Bytes(info, 0), platform::PageSize(), Int(info, 1), fd, Mapping::SpanOwner::kRuntime);
  if (id == kNoMapping) {
    if (fd != kNoFile) platform::CloseFile(fd);
    return Error(info, kTableFull);
  }
  Mapping::Get(id)->Attach();
  return Identity(info, id);
}

// forget(id): the runtime took its address space back
void Forget(const Napi::CallbackInfo& info) {
  if (Mapping* mapping = Mapping::Get(Id(info, 0))) Mapping::Finalized(mapping);
}

// place(id, at, length, protection, flags, fd, fileOffset)
Napi::Value Place(const Napi::CallbackInfo& info) {
  MappingPin mapping(Id(info, 0));
  if (!mapping) return Refusal(info, mapping.refused());
  const platform::Span part = mapping.Part(Offset(info, 1), Offset(info, 2));
  return Error(info, platform::Place(part, Int(info, 3), Int(info, 4), Int(info, 5), Offset(info, 6)));
}

// cover(id, at, length): zeros that no file backs
Napi::Value Cover(const Napi::CallbackInfo& info) {
  MappingPin mapping(Id(info, 0));
  if (!mapping) return Refusal(info, mapping.refused());
  return Error(info, platform::CoverWithZeros(mapping.Part(Offset(info, 1), Offset(info, 2))));
}

// descriptor(id): the file kept with the mapping, valid until that ends, or -1
Napi::Value Descriptor(const Napi::CallbackInfo& info) {
  MappingPin mapping(Id(info, 0), MappingPin::Accept::kBroken);
  return Napi::Number::New(info.Env(), mapping ? mapping->fd() : kNoFile);
}

// ---- buffers -----------------------------------------------------------------------

void FinalizeArrayBuffer(napi_env, void*, void* hint) { Mapping::Finalized(static_cast<Mapping*>(hint)); }

void FinalizeSharedBuffer(void*, void* hint) { Mapping::Finalized(static_cast<Mapping*>(hint)); }

// arrayBuffer(id, at, length): an ArrayBuffer; undefined where the runtime forbids external ones
Napi::Value ArrayBuffer(const Napi::CallbackInfo& info) {
  MappingPin mapping(Id(info, 0));
  if (!mapping) return Refusal(info, mapping.refused());
  const platform::Span part = mapping.Part(Offset(info, 1), Offset(info, 2));
  napi_value buffer;
  mapping->Attach();
  if (napi_create_external_arraybuffer(info.Env(), part.base, part.length, FinalizeArrayBuffer, &*mapping, &buffer) == napi_ok) {
    return Napi::Value(info.Env(), buffer);
  }
  Mapping::Finalized(&*mapping);
  return info.Env().Undefined();
}

// sharedBuffer(id, at, length): a SharedArrayBuffer; undefined where the runtime offers no way
Napi::Value SharedBuffer(const Napi::CallbackInfo& info) {
  MappingPin mapping(Id(info, 0));
  if (!mapping) return Refusal(info, mapping.refused());
  const platform::Span part = mapping.Part(Offset(info, 1), Offset(info, 2));
  napi_value buffer;
  mapping->Attach();
  if (CreateSharedBufferByNodeApi(info.Env(), part.base, part.length, FinalizeSharedBuffer, &*mapping, &buffer) ||
      CreateSharedBufferByV8(part.base, part.length, FinalizeSharedBuffer, &*mapping, &buffer)) {
    return Napi::Value(info.Env(), buffer);
  }
  Mapping::Finalized(&*mapping);
  return info.Env().Undefined();
}

// detach(id, arrayBuffer): false when it reaches the mapping no longer, or cannot be detached
Napi::Value Detach(const Napi::CallbackInfo& info) {
  bool detached = false;
  MappingPin mapping(Id(info, 0), MappingPin::Accept::kBroken);
  if (!mapping || napi_is_detached_arraybuffer(info.Env(), info[1], &detached) != napi_ok || detached) {
    return Napi::Boolean::New(info.Env(), false);
  }
  mapping->BeginDetach();  // first: some runtimes finalize within the call
  detached = napi_detach_arraybuffer(info.Env(), info[1]) == napi_ok;
  if (!detached) mapping->CancelDetach();
  return Napi::Boolean::New(info.Env(), detached);
}

// find(bytes): the id of the mapping that the bytes lie in, or 0
Napi::Value Find(const Napi::CallbackInfo& info) { return Identity(info, Mapping::Find(Bytes(info, 0).base)); }

// locate(id, bytes): the offset of the bytes in the mapping, or -1
Napi::Value Locate(const Napi::CallbackInfo& info) {
  MappingPin mapping(Id(info, 0), MappingPin::Accept::kBroken);
  if (!mapping) return Napi::Number::New(info.Env(), -1);
  const platform::Span span = mapping->span();
  const uint8_t* bytes = Bytes(info, 1).base;
  const bool inside = bytes >= span.base && bytes < span.end();
  return Napi::Number::New(info.Env(), inside ? static_cast<double>(bytes - span.base) : -1);
}

// ---- the end -------------------------------------------------------------------------

// anchor(id): an object that takes over the caller's ownership until it is collected
Napi::Value Anchor(const Napi::CallbackInfo& info) {
  MappingId* id = new MappingId(Id(info, 0));
  return Napi::External<MappingId>::New(info.Env(), id, [](Napi::Env, MappingId* owned) {
    Mapping::ReleaseOwner(*owned);
    delete owned;
  });
}

// release(id): gives up the caller's ownership
void Release(const Napi::CallbackInfo& info) { Mapping::ReleaseOwner(Id(info, 0)); }

// close(id): ends the mapping for everybody, now
void Close(const Napi::CallbackInfo& info) { Mapping::Close(Id(info, 0)); }

// condition(id), faultOffset(id)
Napi::Value ConditionOf(const Napi::CallbackInfo& info) { return Refusal(info, MappingPin(Id(info, 0)).refused()); }

Napi::Value FaultOffset(const Napi::CallbackInfo& info) {
  MappingPin mapping(Id(info, 0), MappingPin::Accept::kBroken);
  return Napi::Number::New(info.Env(), mapping ? static_cast<double>(mapping->fault_offset()) : -1);
}

// count(): mappings that occupy address space now
Napi::Value Count(const Napi::CallbackInfo& info) { return Napi::Number::New(info.Env(), static_cast<double>(Mapping::Count())); }

}  // namespace

void DefineMappingCalls(Napi::Object exports) {
  Napi::Env env = exports.Env();
  exports.Set("map", Napi::Function::New(env, Map, "map"));
  exports.Set("reserve", Napi::Function::New(env, Reserve, "reserve"));
  exports.Set("adopt", Napi::Function::New(env, Adopt, "adopt"));
  exports.Set("forget", Napi::Function::New(env, Forget, "forget"));
  exports.Set("place", Napi::Function::New(env, Place, "place"));
  exports.Set("cover", Napi::Function::New(env, Cover, "cover"));
  exports.Set("descriptor", Napi::Function::New(env, Descriptor, "descriptor"));
  exports.Set("arrayBuffer", Napi::Function::New(env, ArrayBuffer, "arrayBuffer"));
  exports.Set("sharedBuffer", Napi::Function::New(env, SharedBuffer, "sharedBuffer"));
  exports.Set("detach", Napi::Function::New(env, Detach, "detach"));
  exports.Set("find", Napi::Function::New(env, Find, "find"));
  exports.Set("locate", Napi::Function::New(env, Locate, "locate"));
  exports.Set("anchor", Napi::Function::New(env, Anchor, "anchor"));
  exports.Set("release", Napi::Function::New(env, Release, "release"));
  exports.Set("close", Napi::Function::New(env, Close, "close"));
  exports.Set("condition", Napi::Function::New(env, ConditionOf, "condition"));
  exports.Set("faultOffset", Napi::Function::New(env, FaultOffset, "faultOffset"));
  exports.Set("count", Napi::Function::New(env, Count, "count"));
}

}  // namespace mmap_io
