{
  "variables": {
    # "", or what -fsanitize= takes: "address,undefined", "thread"
    "sanitize%": "",
    # filled by node-pre-gyp, and by nobody in a plain node-gyp build
    "module_name%": "mmap_io",
    "module_path%": "",
  },
  "targets": [
    {
      "target_name": "<(module_name)",
      "sources": [
        "src/addon.cc",
        "src/addon_async.cc",
        "src/addon_mapping.cc",
        "src/addon_pages.cc",
        "src/addon_sync.cc",
        "src/addon_system.cc",
        "src/external_buffer.cc",
        "src/fault_guard.cc",
        "src/lock_table.cc",
        "src/mapping.cc",
        "src/mapping_table.cc",
        "src/word_watch.cc",
      ],
      "include_dirs": ["<!(node -p \"require('node-addon-api').include_dir\")"],
      "defines": [
        "NAPI_VERSION=8",
        "NODE_ADDON_API_DISABLE_CPP_EXCEPTIONS",
        "MMAP_IO_VERSION=\"<!(node -p \"require('./package.json').version\")\"",
        # A worker that is being terminated takes no exceptions: without this, the process would end.
        "NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS",
      ],
      "cflags_cc": ["-std=c++17", "-Wall", "-Wextra", "-fvisibility=hidden"],
      "cflags_cc!": ["-std=gnu++17", "-std=gnu++20"],
      "conditions": [
        [
          "OS=='linux'",
          {
            "sources": [
              "src/external_buffer_v8_linux.cc",
              "src/platform_linux.cc",
              "src/platform_linux_constants.cc",
              "src/platform_linux_files.cc",
              "src/platform_linux_signals.cc",
              "src/platform_linux_threads.cc",
            ],
            # Buffers outlive the thread that loaded the addon, and so must it.
            "ldflags": ["-Wl,-z,nodelete"],
            "libraries": ["-ldl", "-lpthread"],
          },
        ],
        [
          "sanitize!=''",
          {
            "cflags_cc": ["-fsanitize=<(sanitize)", "-fno-omit-frame-pointer", "-fno-sanitize-recover=undefined", "-g", "-O1"],
            "cflags_cc!": ["-O3"],
            "ldflags": ["-fsanitize=<(sanitize)"],
          },
        ],
      ],
    },
    {
      "target_name": "place_binary",
      "type": "none",
      "dependencies": ["<(module_name)"],
      "conditions": [
        [
          "module_path!=''",
          {"copies": [{"files": ["<(PRODUCT_DIR)/<(module_name).node"], "destination": "<(module_path)"}]},
        ],
      ],
    },
  ],
}
