// V8's buffers without V8's headers, so that one binary serves every release.
// Its functions are found by their mangled names; the call follows
// the Itanium C++ ABI (https://itanium-cxx-abi.github.io/cxx-abi/abi.html) and the
// layout of libstdc++'s shared_ptr, both fixed on Linux:
//
//  - std::unique_ptr is returned through a hidden pointer; it holds one pointer.
//  - std::shared_ptr is passed by hidden reference: the object and its control
//    block { vtable, use count, weak count }. The callee moves it away; what is
//    left belongs to the caller.
//  - v8::Local is one pointer, the same that Node-API hands out as napi_value.
//
// The control block is made by hand: a compiler's own shared_ptr may come from
// another C++ library than the runtime's.

#include "external_buffer.h"

#include <atomic>
#include <cstdlib>
#include <new>

#include "platform.h"

namespace mmap_io {

namespace {

class ControlBlock;

struct Symbols {
  struct UniquePointer {
    void* object;
    ~UniquePointer() {}  // not trivial, as std::unique_ptr: returned through memory
  };
  struct SharedPointer {
    void* object;
    ControlBlock* control;
  };
  using Deleter = void (*)(void* data, size_t length, void* hint);

  UniquePointer (*new_backing_store)(void* data, size_t length, Deleter deleter, void* hint);
  void* (*new_buffer)(void* isolate, SharedPointer* backing_store);
};

template <typename Function>
bool Find(const char* name, Function* out) {
  *out = reinterpret_cast<Function>(platform::RuntimeSymbol(name));
  return *out != nullptr;
}

struct V8 {
  void* (*current_isolate)() = nullptr;
  void (*destroy_backing_store)(void* backing_store) = nullptr;
  Symbols plain{};
  Symbols shared{};
  bool complete = Find("_ZN2v87Isolate10GetCurrentEv", &current_isolate) && Find("_ZN2v812BackingStoreD1Ev", &destroy_backing_store) &&
                  Find("_ZN2v811ArrayBuffer15NewBackingStoreEPvmPFvS1_mS1_ES1_", &plain.new_backing_store) &&
                  Find("_ZN2v811ArrayBuffer3NewEPNS_7IsolateESt10shared_ptrINS_12BackingStoreEE", &plain.new_buffer) &&
                  Find("_ZN2v817SharedArrayBuffer15NewBackingStoreEPvmPFvS1_mS1_ES1_", &shared.new_backing_store) &&
                  Find("_ZN2v817SharedArrayBuffer3NewEPNS_7IsolateESt10shared_ptrINS_12BackingStoreEE", &shared.new_buffer);

  static const V8& Get() {
    static const V8 v8;
    return v8;
  }
};

// libstdc++'s _Sp_counted_base: these virtual functions in this order, then the counts.
class ControlBlock {
 public:
  static ControlBlock* New() {
    void* memory = malloc(sizeof(ControlBlock));
    return memory == nullptr ? nullptr : new (memory) ControlBlock;
  }

  void Own(void* backing_store) { backing_store_ = backing_store; }

  virtual ~ControlBlock() {}
  virtual void Dispose() noexcept {
    V8::Get().destroy_backing_store(backing_store_);
    ::operator delete(backing_store_);  // the runtime made it by operator new
  }
  virtual void Destroy() noexcept {
    this->~ControlBlock();
    free(this);
  }
  virtual void* GetDeleter(const void*) noexcept { return nullptr; }

  void Release() noexcept {
    if (use_count_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
    Dispose();
    if (weak_count_.fetch_sub(1, std::memory_order_acq_rel) == 1) Destroy();
  }

 private:
  ControlBlock() = default;

  std::atomic<int> use_count_{1};
  std::atomic<int> weak_count_{1};
  void* backing_store_ = nullptr;
};

struct Finalizer {
  MemoryFinalizer run;
  void* hint;

  static void Run(void* data, size_t, void* self) {
    Finalizer* finalizer = static_cast<Finalizer*>(self);
    finalizer->run(data, finalizer->hint);
    delete finalizer;
  }
};

}  // namespace

bool CreateBufferByV8(BufferKind kind, void* data, size_t length, MemoryFinalizer finalizer, void* hint, napi_value* out) {
  const V8& v8 = V8::Get();
  if (!v8.complete) return false;
  const Symbols& symbols = kind == BufferKind::kShared ? v8.shared : v8.plain;
  ControlBlock* control = ControlBlock::New();
  Finalizer* deleter_hint = new (std::nothrow) Finalizer{finalizer, hint};
  if (control == nullptr || deleter_hint == nullptr) {
    free(control);
    delete deleter_hint;
    return false;
  }
  Symbols::UniquePointer store = symbols.new_backing_store(data, length, Finalizer::Run, deleter_hint);
  control->Own(store.object);
  Symbols::SharedPointer pointer{store.object, control};
  *out = static_cast<napi_value>(symbols.new_buffer(v8.current_isolate(), &pointer));
  if (pointer.control != nullptr) pointer.control->Release();
  return true;
}

}  // namespace mmap_io
