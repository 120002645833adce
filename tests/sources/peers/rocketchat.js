// A Rocket.Chat in small, on a DDP server that is not ours (npm: ddp-server-reactive): its login, its two streams and the REST call that
// companion makes, written after Rocket.Chat's documentation.
//
// Prints its port. POST /do with a JSON object makes something happen: `message`, `typing`, `edit`, `close`, `drop`.
const http = require("http");
const DDPServer = require("ddp-server-reactive");

const TOKEN = "a-login-token";
const ME = "agent0000000000ann";
const ROOM = "room00000000000007";
const messages = [];
const sockets = new Set();

const server = http.createServer((request, response) => {
  const url = new URL(request.url, "http://localhost");
  const answer = (status, body) => {
    response.writeHead(status, { "Content-Type": "application/json" });
    response.end(JSON.stringify(body));
  };
  if (url.pathname === "/do") {
    let body = "";
    request.on("data", (part) => (body += part));
    request.on("end", () => answer(200, happen(JSON.parse(body)) || {}));
  } else if (request.headers["x-auth-token"] !== TOKEN || request.headers["x-user-id"] !== ME) {
    answer(401, { status: "error", message: "You must be logged in to do this." });
  } else if (url.pathname === "/api/v1/chat.syncMessages") {
    const since = new Date(url.searchParams.get("lastUpdate"));
    const updated = messages.filter((one) => one.rid === url.searchParams.get("roomId") && one._updatedAt > since);
    answer(200, { result: { updated: updated.reverse(), deleted: [] }, success: true });
  } else {
    answer(404, {});
  }
});
server.on("connection", (socket) => sockets.add(socket));
server.on("upgrade", (request, socket) => (socket.upgraded = true));

const ddp = new DDPServer({ httpServer: server });
ddp.methods({ login: ({ resume }) => (resume === TOKEN ? { id: ME, token: TOKEN, type: "resume" } : undefined) });

// One document for each stream, changed with each event. What it held before is taken away first: this server sends only what differs.
const streams = Object.fromEntries(["stream-room-messages", "stream-notify-room"].map((name) => [name, ddp.publish(name)]));
Object.values(streams).forEach((stream) => (stream.id = {}));
function emit(name, eventName, args) {
  streams[name].id = {};
  streams[name].id = { eventName, args };
}

function happen(what) {
  const by = what.agent ? { _id: ME, username: "ann", name: "Ann Agent" } : { _id: "visitor", username: "guest-1", name: "Jane Customer" };
  const now = new Date();
  if (what.do === "message" || what.do === "close") {
    const one = { _id: `m${messages.length}`, rid: ROOM, msg: what.text || "", ts: now, u: by, _updatedAt: now };
    if (what.do === "close") one.t = "livechat-close";
    messages.push(one);
    if (!what.unheard) emit("stream-room-messages", ROOM, [one, { roomParticipant: true, roomType: "l", roomName: "Jane" }]);
  } else if (what.do === "edit") {
    emit("stream-room-messages", ROOM, [{ ...messages[what.number], msg: what.text, editedAt: now, _updatedAt: now }]);
  } else if (what.do === "typing") {
    emit("stream-notify-room", `${ROOM}/user-activity`, [by.username, what.on ? ["user-typing"] : [], {}]);
  } else if (what.do === "drop") {
    sockets.forEach((socket) => socket.upgraded && socket.destroy());
  }
}

server.listen(0, "127.0.0.1", () => console.log(server.address().port));
