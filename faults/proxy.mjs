/**
 * Proxy: the network between Waybill and its store, and what goes wrong there.
 *
 *   Waybill → [proxy] → ClickHouse
 *
 * `pass` lets everything through. `reset` cuts what is open and what comes. `silent` keeps bytes back in both directions
 * until the mode changes, as lost packets are sent again. `lost` lets a request through and cuts the connection when
 * the reply comes: whoever asked cannot know that it was done. `late` gives each reply after `lateMs`. `page` is a
 * gateway that answers 502, `lie` one that says 200 without having asked anybody.
 */
import { once } from "node:events";
import { connect, createServer } from "node:net";

const PAGE = "<html>Bad gateway</html>";
const LINES = { page: "HTTP/1.1 502 Bad Gateway", lie: "HTTP/1.1 200 OK" };

/** A proxy to a port of this machine. */
export async function proxy(port) {
  const state = { mode: "pass", lateMs: 0, links: new Set(), met: 0 };
  const server = createServer((client) => link(state, client, port));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    /** how often something was done to a connection */
    get met() {
      return state.met;
    },
    set: (mode, { lateMs = 0 } = {}) => {
      Object.assign(state, { mode, lateMs });
      for (const each of [...state.links]) each.changed();
    },
    close: () => {
      for (const each of [...state.links]) each.cut();
      server.close();
    },
  };
}

function link(state, client, port) {
  const upstream = connect(port, "127.0.0.1");
  const cut = () => {
    state.links.delete(self);
    client.resetAndDestroy();
    upstream.destroy();
  };
  const self = {
    cut,
    changed: () => {
      if (state.mode === "reset") return meet(state, cut);
      for (const socket of [client, upstream]) state.mode === "silent" ? socket.pause() : socket.resume();
    },
  };
  state.links.add(self);
  for (const socket of [client, upstream]) {
    socket.on("error", cut);
    socket.on("close", cut);
  }
  client.on("data", (bytes) => asked(state, { client, upstream, bytes, cut }));
  upstream.on("data", (bytes) => replied(state, { client, bytes, cut }));
  self.changed();
}

function asked(state, { client, upstream, bytes, cut }) {
  const line = LINES[state.mode];
  if (line === undefined) return upstream.write(bytes);
  // When the request is over, as far as can be seen from here.
  clearTimeout(client.answering);
  client.answering = setTimeout(() => {
    meet(state, () =>
      client.end(`${line}\r\ncontent-length: ${PAGE.length}\r\nconnection: close\r\n\r\n${PAGE}`),
    );
    setTimeout(cut, 100);
  }, 30);
}

function replied(state, { client, bytes, cut }) {
  if (state.mode === "lost") meet(state, cut);
  else if (state.mode === "late") meet(state, () => setTimeout(() => client.write(bytes), state.lateMs));
  else client.write(bytes);
}

function meet(state, act) {
  state.met += 1;
  act();
}
