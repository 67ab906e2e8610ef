// Encrypts one picture or PDF under the key in this page's fragment and uploads the ciphertext. The key never leaves
// the phone: a fragment is not part of any request. Format: 12 bytes nonce, then AES-256-GCM, bound to the address.
"use strict";

const LONGEST_SIDE = 2600; // pixels; small print on a whole A4 page stays readable
const LARGE = 1.5e6; // bytes of a photo worth making smaller
const MOST = 12 * 1024 * 1024 - 28; // bytes the server takes, without nonce and tag
const SECTIONS = ["choose", "check", "sending", "done", "failed"];
const token = location.pathname.split("/").pop();
const byId = (id) => document.getElementById(id);

let chosen = null;
let request = null;
let shown = "";

function show(name) {
  for (const section of SECTIONS) byId(section).hidden = section !== name;
  const heading = byId(`${name}-heading`);
  if (heading) heading.focus();
}

function fail(reason, again) {
  byId("problem").textContent = byId(reason).textContent;
  byId("again").hidden = !again;
  show("failed");
  if (again) byId("again").focus();
}

function keyBytes() {
  const text = location.hash.slice(1).replace(/-/g, "+").replace(/_/g, "/");
  try {
    const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
    return bytes.length === 32 ? bytes : null;
  } catch {
    return null;
  }
}

async function smaller(file) {
  let picture;
  try {
    picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    return file; // a kind this browser cannot draw; the kiosk looks at it and says what it thinks
  }
  const scale = Math.min(1, LONGEST_SIDE / Math.max(picture.width, picture.height));
  if (scale === 1 && file.size <= LARGE) return file;
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  const made = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.88));
  return made && made.size < file.size ? made : file;
}

async function choose(event) {
  const file = event.target.files[0];
  event.target.value = "";
  if (!file) return;
  const image = file.type.startsWith("image/");
  if (!image && file.type !== "application/pdf") return fail("not-usable", true);
  chosen = image ? await smaller(file) : file;
  if (chosen.size > MOST) return fail("too-large", true);
  if (shown) URL.revokeObjectURL(shown);
  shown = image ? URL.createObjectURL(chosen) : "";
  byId("preview").hidden = !image;
  byId("pdf").hidden = image;
  if (image) byId("preview").src = shown;
  show("check");
}

async function encrypted() {
  const key = await crypto.subtle.importKey("raw", keyBytes(), "AES-GCM", false, ["encrypt"]);
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const additionalData = new TextEncoder().encode(`per-handoff/1\0${token}`);
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData }, key, await chosen.arrayBuffer());
  return new Blob([iv, sealed]);
}

async function send() {
  show("sending");
  byId("progress").value = 0;
  let body;
  try {
    body = await encrypted();
  } catch {
    return fail("not-usable", true); // the file went away under us
  }
  request = new XMLHttpRequest();
  request.open("PUT", location.pathname);
  request.setRequestHeader("Content-Type", "application/octet-stream");
  request.upload.onprogress = (event) => {
    if (event.lengthComputable) byId("progress").value = (100 * event.loaded) / event.total;
  };
  request.onload = () => answered(request.status);
  request.onerror = () => fail("lost", true);
  request.onabort = () => show("check");
  request.send(body);
}

function answered(status) {
  if (status === 204) {
    chosen = null;
    if (shown) URL.revokeObjectURL(shown);
    byId("preview").removeAttribute("src");
    return show("done");
  }
  if (status === 409) return fail("used", false);
  if (status === 410) return fail("expired", false);
  if (status === 413) return fail("too-large", true);
  return fail("lost", true);
}

for (const id of ["camera", "file"]) byId(id).addEventListener("change", choose);
byId("send").addEventListener("click", send);
byId("another").addEventListener("click", () => show("choose"));
byId("cancel").addEventListener("click", () => request && request.abort());
byId("again").addEventListener("click", () => show(chosen && chosen.size <= MOST ? "check" : "choose"));
for (const link of document.querySelectorAll("nav a")) link.href += location.hash; // the key goes along

if (!window.crypto || !crypto.subtle) fail("insecure", false);
else if (!keyBytes()) fail("no-key", false);
