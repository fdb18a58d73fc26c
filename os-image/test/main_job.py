#!/usr/bin/env python3
"""The main job by REST against an appliance in a virtual machine, with the sample model and a few of the sample rows.

    main_job.py URL FINGERPRINT FIRST_RUN_CODE SAMPLE_FOLDER [--steps N] [--state FILE]

Sets up the first administrator, uploads rows, imports the sample model that is in the image, fine-tunes, promotes, serves, and asks
through the gateway with an API key. Fails with a sentence at the first thing that is not as it should be. A machine without
hardware acceleration computes some thirty times slower than a real one, so rows and steps are few.
"""

import argparse
import hashlib
import http.client
import json
import secrets
import ssl
import sys
import time
import urllib.parse

PATIENCE_SECONDS = 1500


class Appliance:
    """Speaks to one appliance, whose certificate is the one with this fingerprint."""

    def __init__(self, url, fingerprint):
        self.address = urllib.parse.urlsplit(url)
        self.fingerprint = fingerprint.replace(":", "").lower()
        self.token = None

    def send(self, method, path, body=None, token=None, content_type="application/json"):
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
            raise SystemExit(f"{method} {path} was answered with {answer.status}: {text[:500].decode(errors='replace')}")
        return json.loads(text) if text else {}

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


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("fingerprint")
    parser.add_argument("code")
    parser.add_argument("sample")
    parser.add_argument("--steps", type=int, default=3)
    parser.add_argument("--state", help="where to write token, ids and key, for what comes after")
    parser.add_argument("--only-start", action="store_true", help="end when the job runs")
    options = parser.parse_args()
    appliance = Appliance(options.url, options.fingerprint)
    password = secrets.token_urlsafe(18)
    appliance.post("/api/v1/setup", {"code": options.code, "name": "admin", "password": password})
    appliance.token = appliance.post("/api/v1/login", {"name": "admin", "password": password})["token"]
    until = time.monotonic() + PATIENCE_SECONDS
    while not any(node["state"].lower() == "online" for node in appliance.get("/api/v1/nodes")["items"]):
        if time.monotonic() > until:
            raise SystemExit("The node has not come.")
        time.sleep(2)
    print("  the node is online", flush=True)
    train = appliance.upload("train.jsonl", rows(options.sample + "/train.jsonl", 24))
    held = appliance.upload("heldout.jsonl", rows(options.sample + "/heldout.jsonl", 2))
    begun = appliance.post("/api/v1/datasets/imports", {"upload": train, "evaluationUpload": held, "name": "service-desk"})
    path = f"/api/v1/datasets/imports/{begun['id']}"
    appliance.wait("the rows", path, "ready")
    appliance.post(path + "/commit", {"leaveOutBadRows": False})
    begun = appliance.post("/api/v1/models/imports", {"name": "hearth-starter", "folder": "/usr/lib/hearth/starter/model"})
    appliance.wait("the model", f"/api/v1/models/imports/{begun['id']}", "ready")
    recipe = {"method": "lora", "loraRank": 8, "learningRate": 5e-3, "maxSteps": options.steps, "batchTokens": 256, "dtype": "f32"}
    job = appliance.post("/api/v1/jobs", {"name": "service-desk", "dataset": "service-desk", "base": "hearth-starter",
                                         "model": "service-desk", "recipe": recipe, "evaluationRows": 2, "evaluationTokens": 4})["id"]
    if options.state:
        json.dump({"token": appliance.token, "password": password, "job": job}, open(options.state, "w"))
    if options.only_start:
        return
    appliance.wait("the job", f"/api/v1/jobs/{job}", "done")
    appliance.post(f"/api/v1/jobs/{job}/promote", {
        "alias": "prod", "reason": "So few rows are compared on purpose: this machine is emulated, and slow."})
    served = appliance.post("/api/v1/deployments", {"name": "service-desk", "model": "service-desk@prod", "replicas": 1})["id"]
    appliance.wait("the deployment", f"/api/v1/deployments/{served}", "serving")
    key = appliance.post("/api/v1/keys", {"name": "smoke", "models": ["service-desk"]})["key"]
    answer = appliance.send("POST", "/v1/chat/completions", {
        "model": "service-desk", "messages": [{"role": "user", "content": "What does E08 mean?"}], "temperature": 0,
        "max_tokens": 8}, token=key)
    text = answer["choices"][0]["message"]["content"]
    if not text.strip():
        raise SystemExit("The model has answered nothing.")
    print(f"  asked through the gateway, it says: {text!r}")


if __name__ == "__main__":
    sys.exit(main())
