// An SMSC for the tests: says on stdout what it took, answers by the last digits of the number, sends receipts.
"use strict";
const smpp = require("smpp");

const BY_NUMBER = { "0001": 0x0b, "0002": 0x58 }; // invalid destination, throttled
const say = (what) => process.stdout.write(`${JSON.stringify(what)}\n`);
let count = 0;

const server = smpp.createServer((session) => {
  session.on("error", () => {});
  session.on("bind_transceiver", (pdu) => {
    const right = pdu.system_id === "per" && pdu.password === "secret";
    session.send(pdu.response({ command_status: right ? 0 : 0x0e }));
    say({ bound: right });
  });
  session.on("enquire_link", (pdu) => session.send(pdu.response()));
  session.on("unbind", (pdu) => {
    session.send(pdu.response());
    session.close();
    say({ unbound: true });
  });
  session.on("submit_sm", (pdu) => {
    const last = pdu.destination_addr.slice(-4);
    const id = `msg-${++count}`;
    const udh = pdu.short_message.udh ? [...pdu.short_message.udh[0]] : null;
    say({
      to: pdu.destination_addr, ton: pdu.dest_addr_ton, from: pdu.source_addr, from_ton: pdu.source_addr_ton,
      coding: pdu.data_coding, text: pdu.short_message.message, udh, receipt: pdu.registered_delivery, id,
    });
    if (last === "0003") return session.socket.destroy(); // taken, and the answer lost
    session.send(pdu.response({ command_status: BY_NUMBER[last] || 0, message_id: id }));
    if (BY_NUMBER[last]) return;
    const stat = last === "0004" ? "UNDELIV" : "DELIVRD";
    const text = `id:${id} sub:001 dlvrd:001 submit date:2902010900 done date:2902010901 stat:${stat} err:000 text:`;
    session.deliver_sm({
      source_addr: pdu.destination_addr, destination_addr: pdu.source_addr, esm_class: 4, short_message: text,
    });
  });
});
server.listen(0, "127.0.0.1", () => say({ port: server.address().port }));
process.stdin.on("end", () => process.exit(0)).resume();
