#!/usr/bin/env python3
"""The main job by REST against an appliance in a virtual machine, with the sample model and a few of the sample rows.

    main_job.py URL SAMPLE_FOLDER --state FILE [--fingerprint F --code C] [--until data|step|done|adapter|join-code|answer]

Sets up the first administrator, uploads rows, imports the sample model that is in the image, fine-tunes, promotes, serves, and asks
through the gateway with an API key. What has been done is kept in the file, so that another call, after a restart of the machine, goes
on there; "data" then means that rows and model are what they were. Fails with a sentence at the first thing that is not as it should
be. A machine without hardware acceleration computes some thirty times slower than a real one, so rows and steps are few.
"""

import argparse
import hashlib
import http.client
import json
import os
import secrets
import ssl
import sys
import time
import urllib.parse

PATIENCE_SECONDS = 1500
TRAINING_ROWS = 24
ANSWER_SECONDS = 300


class Unavailable(Exception):
    """Answered with 503."""


class Appliance:
    """Speaks to one appliance, whose certificate is the one with this fingerprint."""

    def __init__(self, url, fingerprint):
        self.address = urllib.parse.urlsplit(url)
        self.fingerprint = fingerprint.replace(":", "").lower()
        self.token = None

    def send(self, method, path, body=None, token=None, content_type="application/json"):
        text = self.fetch(method, path, body, token, content_type)
        return json.loads(text) if text else {}

    def fetch(self, method, path, body=None, token=None, content_type="application/json"):
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        connection = http.client.HTTPSConnection(self.address.hostname, self.address.port, context=context, timeout=300)
        connection.connect()
        seen = hashlib.sha256(connection.sock.getpeercert(True)).hexdigest()
        if seen != self.fingerprint:
            raise SystemExit(f"The certificate is {seen}, not {self.fingerprint}, which the console shows.")
        headers = {"Content-Type": content_type}
        if token or self.token:
            headers["Authorization"] = f"Bearer {token or self.token}"
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        if answer.status >= 300:
            sentence = f"{method} {path} was answered with {answer.status}: {text[:500].decode(errors='replace')}"
            raise Unavailable(sentence) if answer.status == 503 else SystemExit(sentence)
        return text

    def get(self, path):
        return self.send("GET", path)

    def post(self, path, body):
        return self.send("POST", path, body)

    def upload(self, name, content):
        upload = self.post("/api/v1/uploads", {"name": name, "size": len(content)})
        path = f"/api/v1/uploads/{upload['id']}"
        self.send("PUT", path + "?offset=0", content, content_type="application/octet-stream")
        return upload["id"]

    def wait(self, what, path, *wanted):
        until = time.monotonic() + PATIENCE_SECONDS
        last = None
        while time.monotonic() < until:
            now = self.get(path)
            state = str(now.get("state", "")).lower()
            if state != last:
                print(f"  {what}: {state}", flush=True)
                last = state
            if state in wanted:
                return now
            if state in ("failed", "refused", "cancelled"):
                raise SystemExit(f"{what} has {state}: {json.dumps(now)[:600]}")
            time.sleep(2)
        raise SystemExit(f"Waited too long for {what}; it is {last}.")


def rows(path, count):
    return b"".join(open(path, "rb").readlines()[:count])


def set_up(appliance, options):
    password = secrets.token_urlsafe(18)
    appliance.post("/api/v1/setup", {"code": options.code, "name": "admin", "password": password})
    return password


def await_nodes(appliance, count):
    until = time.monotonic() + PATIENCE_SECONDS
    while sum(node["state"].lower() == "online" for node in appliance.get("/api/v1/nodes")["items"]) != count:
        if time.monotonic() > until:
            raise SystemExit(f"There are not {count} nodes online: {appliance.get('/api/v1/nodes')['items']}")
        time.sleep(2)
    print(f"  nodes online: {count}", flush=True)


def bring_data(appliance, options):
    train = appliance.upload("train.jsonl", rows(options.sample + "/train.jsonl", TRAINING_ROWS))
    held = appliance.upload("heldout.jsonl", rows(options.sample + "/heldout.jsonl", 2))
    begun = appliance.post("/api/v1/datasets/imports", {"upload": train, "evaluationUpload": held, "name": "service-desk"})
    path = f"/api/v1/datasets/imports/{begun['id']}"
    appliance.wait("the rows", path, "ready")
    appliance.post(path + "/commit", {"leaveOutBadRows": False})
    begun = appliance.post("/api/v1/models/imports", {"name": "hearth-starter", "folder": "/usr/lib/hearth/starter/model"})
    appliance.wait("the model", f"/api/v1/models/imports/{begun['id']}", "ready")


def look_at_data(appliance):
    """Hash of the rows as they come back, and of the model's files as they are listed."""
    version = appliance.get("/api/v1/datasets")["items"][0]["versions"][0]["id"]
    content = appliance.fetch("GET", f"/api/v1/datasets/versions/{version}/download?part=training")
    if content.count(b"\n") != TRAINING_ROWS:
        raise SystemExit(f"{TRAINING_ROWS} rows were brought, {content.count(10)} come back.")
    return {"rows": hashlib.sha256(content).hexdigest(), "model": appliance.get("/api/v1/models/hearth-starter")["versions"][0]["hash"]}


def begin_job(appliance, options):
    recipe = {"method": "lora", "loraRank": 8, "learningRate": 5e-3, "maxSteps": options.steps, "batchTokens": 256, "dtype": "f32",
              "checkpointEvery": 2}
    return appliance.post("/api/v1/jobs", {"name": "service-desk", "dataset": "service-desk", "base": "hearth-starter",
                                          "model": "service-desk", "recipe": recipe, "evaluationRows": 2, "evaluationTokens": 4})["id"]


def await_step(appliance, job, step):
    until = time.monotonic() + PATIENCE_SECONDS
    while appliance.get(f"/api/v1/jobs/{job}")["progress"]["step"] < step:
        if time.monotonic() > until:
            raise SystemExit(f"The job has not come to step {step}.")
        time.sleep(0.5)
    print(f"  the job has done step {step}", flush=True)


def adapter(appliance):
    files = appliance.get("/api/v1/models/service-desk")["versions"][0]["files"]
    return next(file["sha256"] for file in files if file["path"].endswith("adapter_model.safetensors"))


def serve(appliance, job, replicas):
    appliance.post(f"/api/v1/jobs/{job}/promote", {
        "alias": "prod", "reason": "So few rows are compared on purpose: this machine is emulated, and slow."})
    served = appliance.post("/api/v1/deployments", {"name": "service-desk", "model": "service-desk@prod", "replicas": replicas})["id"]
    appliance.wait("the deployment", f"/api/v1/deployments/{served}", "serving")
    return appliance.post("/api/v1/keys", {"name": "smoke", "models": ["service-desk"]})["key"]


def ask(appliance, key):
    question = {"model": "service-desk", "messages": [{"role": "user", "content": "What does E08 mean?"}], "temperature": 0,
                "max_tokens": 8}
    until = time.monotonic() + ANSWER_SECONDS
    while True:
        try:
            answer = appliance.send("POST", "/v1/chat/completions", question, token=key)
            break
        except Unavailable as e:
            # The gateway asks to try again in a moment, as applications do.
            if time.monotonic() > until:
                raise SystemExit(str(e))
            print(f"  {e}", flush=True)
            time.sleep(5)
    text = answer["choices"][0]["message"]["content"]
    if not text.strip():
        raise SystemExit("The model has answered nothing.")
    print(f"  asked through the gateway, it says: {text!r}", flush=True)


class Story:
    """What was done, in a file of which there is always a whole one."""

    def __init__(self, path):
        self.path = path
        self.facts = json.load(open(path)) if os.path.exists(path) else {}

    def once(self, name, do):
        if name not in self.facts:
            self.keep(name, do())
        return self.facts[name]

    def keep(self, name, fact):
        self.facts[name] = fact
        with open(self.path + ".new", "w") as file:
            json.dump(self.facts, file)
        os.replace(self.path + ".new", self.path)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("sample")
    parser.add_argument("--state", required=True)
    parser.add_argument("--fingerprint")
    parser.add_argument("--code")
    parser.add_argument("--steps", type=int, default=3)
    parser.add_argument("--step", type=int, default=1, help="where --until step ends")
    parser.add_argument("--replicas", type=int, default=1)
    parser.add_argument("--nodes", type=int, default=1, help="as many must be online")
    parser.add_argument("--until", choices=["data", "step", "done", "adapter", "join-code", "answer"], default="answer")
    options = parser.parse_args()
    story = Story(options.state)
    appliance = Appliance(options.url, story.once("fingerprint", lambda: options.fingerprint))
    password = story.once("password", lambda: set_up(appliance, options))
    appliance.token = appliance.post("/api/v1/login", {"name": "admin", "password": password})["token"]
    await_nodes(appliance, options.nodes)
    story.once("brought", lambda: bring_data(appliance, options))
    seen, known = look_at_data(appliance), story.once("data", lambda: look_at_data(appliance))
    if seen != known:
        raise SystemExit(f"Rows or model are not what they were: {seen} instead of {known}.")
    if options.until == "data":
        return
    job = story.once("job", lambda: begin_job(appliance, options))
    if options.until == "step":
        await_step(appliance, job, options.step)
        return
    appliance.wait("the job", f"/api/v1/jobs/{job}", "done")
    if options.until == "adapter":
        print(adapter(appliance))
    if options.until == "join-code":
        print(appliance.post("/api/v1/nodes/join-codes", {"note": "second machine", "minutes": 60})["code"])
    if options.until == "answer":
        ask(appliance, story.once("key", lambda: serve(appliance, job, options.replicas)))


if __name__ == "__main__":
    sys.exit(main())
