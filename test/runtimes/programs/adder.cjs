// A process that adds 1 to the first word of a file, as often as it was told to, and then prints "done".
// It begins when the second word says so.

const { MappedFile } = require('mmap-io')

const [path, count] = process.argv.slice(2)
const file = MappedFile.open(path, { mode: 'r+' })
const words = file.view(Int32Array)
Atomics.add(words, 1, 1)
while (Atomics.load(words, 2) === 0);
for (let done = 0; done < Number(count); done++) Atomics.add(words, 0, 1)
file.close()
console.log('done')
