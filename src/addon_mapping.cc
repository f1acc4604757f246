// Making mappings, reaching them by buffers, ending them.

#include "addon.h"
#include "external_buffer.h"
#include "fault_guard.h"

namespace mmap_io {

namespace {

constexpr int kNoFile = -1;
constexpr int kTableFull = 12;  // ENOMEM: as the kernel says when it has no room for one more mapping

void WriteId(const Napi::CallbackInfo& info, size_t index, MappingId id) {
  info[index].As<Napi::Float64Array>()[0] = static_cast<double>(id);
}

// ---- buffers -----------------------------------------------------------------------

void FinalizeMemory(void*, void* hint) { Mapping::Finalized(static_cast<Mapping*>(hint)); }

// A buffer over a part of the mapping; undefined where the runtime forbids that.
Napi::Value NewBuffer(Napi::Env env, BufferKind kind, Mapping& mapping, platform::Span part) {
  napi_value buffer;
  mapping.Attach();
  if (CreateExternalBuffer(env, kind, part.base, part.length, FinalizeMemory, &mapping, &buffer)) return Napi::Value(env, buffer);
  Mapping::Finalized(&mapping);
  return env.Undefined();
}

Napi::Value BufferOver(const Napi::CallbackInfo& info, BufferKind kind) {
  MappingPin mapping(Id(info, 0));
  if (!mapping) return Refusal(info, mapping.refused());
  return NewBuffer(info.Env(), kind, *mapping, mapping.Part(Offset(info, 1), Offset(info, 2)));
}

// arrayBuffer(id, at, length): an ArrayBuffer, or undefined
Napi::Value ArrayBuffer(const Napi::CallbackInfo& info) { return BufferOver(info, BufferKind::kPlain); }

// sharedBuffer(id, at, length): a SharedArrayBuffer, or undefined
Napi::Value SharedBuffer(const Napi::CallbackInfo& info) { return BufferOver(info, BufferKind::kShared); }

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

// ---- making mappings ------------------------------------------------------------------
//
// A worker may be terminated between any two steps of its JavaScript. So each of
// these calls returns the object that keeps the mapping: a buffer, or an anchor.
// The id goes into the Float64Array that is the last argument.

// map(length, protection, flags, fd, offset, shared, id): a buffer that alone keeps the mapping, or undefined
Napi::Value Map(const Napi::CallbackInfo& info) {
  if (const int error = EnableFaultGuard()) return Error(info, error);
  const int protection = Int(info, 1);
  const size_t length = static_cast<size_t>(Offset(info, 0));
  platform::Span span;
  size_t granule;
  if (const int error = platform::Map(length, protection, Int(info, 2), Int(info, 3), Offset(info, 4), &span, &granule)) return Error(info, error);
  const MappingId id = Mapping::Register(span, span.length, granule, protection, kNoFile, Mapping::SpanOwner::kUs);
  if (id == kNoMapping) {
    platform::Unmap(span);
    return Error(info, kTableFull);
  }
  Mapping& mapping = *Mapping::Get(id);
  const platform::Span part{span.base, length};
  const BufferKind kind = info[5].As<Napi::Boolean>().Value() ? BufferKind::kShared : BufferKind::kPlain;
  Napi::Value buffer = NewBuffer(info.Env(), kind, mapping, part);
  WriteId(info, 6, id);
  Mapping::ReleaseOwner(id);
  return buffer;
}

// A duplicate of the descriptor, or -1 for -1.
int Keep(int fd, int* out) {
  *out = kNoFile;
  return fd == kNoFile ? 0 : platform::DuplicateFile(fd, out);
}

// An object that owns the mapping until it is collected.
Napi::Value NewAnchor(Napi::Env env, MappingId id) {
  Mapping::Get(id)->BelongTo(env);
  MappingId* owned = new MappingId(id);
  Napi::External<MappingId> anchor = Napi::External<MappingId>::New(env, owned, [](Napi::Env, MappingId* owned) {
    Mapping::ReleaseOwner(*owned);
    delete owned;
  });
  if (!anchor.IsEmpty()) return anchor;
  Mapping::ReleaseOwner(id);
  delete owned;
  return env.Undefined();
}

// reserve(length, protection, fd, id): an anchor of address space that place() is
// going to fill with that protection; keeps a duplicate of `fd`, unless it is -1
Napi::Value Reserve(const Napi::CallbackInfo& info) {
  if (const int error = EnableFaultGuard()) return Error(info, error);
  int fd;
  if (const int error = Keep(Int(info, 2), &fd)) return Error(info, error);
  platform::Span span;
  int error = platform::Reserve(static_cast<size_t>(Offset(info, 0)), &span);
  MappingId id = kNoMapping;
  if (error == 0) {
    id = Mapping::Register(span, 0, platform::PageSize(), Int(info, 1), fd, Mapping::SpanOwner::kUs);
    if (id == kNoMapping) {
      platform::Unmap(span);
      error = kTableFull;
    }
  }
  if (error != 0) {
    if (fd != kNoFile) platform::CloseFile(fd);
    return Error(info, error);
  }
  WriteId(info, 3, id);
  return NewAnchor(info.Env(), id);
}

// adopt(bytes, protection, fd, id): as reserve(), over address space of the
// runtime's own, page-aligned at both ends, until forget(id)
Napi::Value Adopt(const Napi::CallbackInfo& info) {
  if (const int error = EnableFaultGuard()) return Error(info, error);
  int fd;
  if (const int error = Keep(Int(info, 2), &fd)) return Error(info, error);
  const MappingId id = Mapping::Register(Bytes(info, 0), 0, platform::PageSize(), Int(info, 1), fd, Mapping::SpanOwner::kRuntime);
  if (id == kNoMapping) {
    if (fd != kNoFile) platform::CloseFile(fd);
    return Error(info, kTableFull);
  }
  Mapping::Get(id)->Attach();
  WriteId(info, 3, id);
  return NewAnchor(info.Env(), id);
}

// forget(id): the runtime took its address space back
void Forget(const Napi::CallbackInfo& info) { Mapping::Forget(Id(info, 0)); }

// place(id, at, length, protection, flags, fd, fileOffset): a file's pages; at + length is the mapping's new reach
Napi::Value Place(const Napi::CallbackInfo& info) {
  MappingPin mapping(Id(info, 0));
  if (!mapping) return Refusal(info, mapping.refused());
  const platform::Span part = mapping.Part(Offset(info, 1), Offset(info, 2));
  const int error = platform::Place(part, Int(info, 3), Int(info, 4), Int(info, 5), Offset(info, 6));
  if (error == 0) {
    mapping->SetReach(static_cast<size_t>(part.end() - mapping->span().base));
  } else {
    platform::CoverWithNothing(part);  // the kernel may have unmapped what was there, and the space is ours
  }
  return Error(info, error);
}

// cover(id, at, length): zeros that no file backs; `at` is the mapping's new reach
Napi::Value Cover(const Napi::CallbackInfo& info) {
  MappingPin mapping(Id(info, 0));
  if (!mapping) return Refusal(info, mapping.refused());
  const int error = platform::CoverWithZeros(mapping.Part(Offset(info, 1), Offset(info, 2)));
  if (error == 0) mapping->SetReach(static_cast<size_t>(Offset(info, 1)));
  return Error(info, error);
}

// keepStructure(id): several processes keep a structure in it, see Mapping::MarkStructure()
Napi::Value KeepStructure(const Napi::CallbackInfo& info) {
  MappingPin mapping(Id(info, 0));
  if (!mapping) return Refusal(info, mapping.refused());
  mapping->MarkStructure();
  return Error(info, 0);
}

// descriptor(id): the file kept with the mapping, valid until that ends, or -1
Napi::Value Descriptor(const Napi::CallbackInfo& info) {
  MappingPin mapping(Id(info, 0), MappingPin::Accept::kBroken);
  return Napi::Number::New(info.Env(), mapping ? mapping->fd() : kNoFile);
}

// ---- finding mappings --------------------------------------------------------------

// forbidV8(): from now on no memory is handed to V8 directly
void ForbidV8Calls(const Napi::CallbackInfo&) { ForbidV8(); }

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

// release(id): gives up the anchor's ownership before it is collected
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
  exports.Set("keepStructure", Napi::Function::New(env, KeepStructure, "keepStructure"));
  exports.Set("descriptor", Napi::Function::New(env, Descriptor, "descriptor"));
  exports.Set("arrayBuffer", Napi::Function::New(env, ArrayBuffer, "arrayBuffer"));
  exports.Set("sharedBuffer", Napi::Function::New(env, SharedBuffer, "sharedBuffer"));
  exports.Set("detach", Napi::Function::New(env, Detach, "detach"));
  exports.Set("forbidV8", Napi::Function::New(env, ForbidV8Calls, "forbidV8"));
  exports.Set("find", Napi::Function::New(env, Find, "find"));
  exports.Set("locate", Napi::Function::New(env, Locate, "locate"));
  exports.Set("release", Napi::Function::New(env, Release, "release"));
  exports.Set("close", Napi::Function::New(env, Close, "close"));
  exports.Set("condition", Napi::Function::New(env, ConditionOf, "condition"));
  exports.Set("faultOffset", Napi::Function::New(env, FaultOffset, "faultOffset"));
  exports.Set("count", Napi::Function::New(env, Count, "count"));
}

}  // namespace mmap_io
