// Messages that go to another process over a socket, and come back.

/** A contestant of which an operation is one of `legs` parts of a round trip. */
export function trips(socket, legs, answerLegs) {
  const message = Buffer.alloc(4)
  const run = (count) =>
    new Promise((resolve, reject) => {
      let left = Math.ceil(count / legs)
      const back = () => {
        if (--left > 0) socket.write(message)
        else {
          socket.off('data', back)
          socket.off('error', reject)
          resolve(count)
        }
      }
      socket.on('error', reject).on('data', back)
      socket.write(message)
    })
  socket.unref()
  return { answer: () => referenced(socket, () => run(answerLegs)), run: (count) => referenced(socket, () => run(count)) }
}

async function referenced(socket, action) {
  socket.ref()
  try {
    return await action()
  } finally {
    socket.unref()
  }
}
