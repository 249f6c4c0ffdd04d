"""What a client of the seed does, in Python with the seed's own files: each line of standard input is
{ service, method, request }, each line of standard output { code, answer } or { code, details }."""
import json
import os
import subprocess
import sys
import tempfile

import grpc
from google.protobuf import json_format

user_address, feed_address = sys.argv[1:3]
here = os.path.dirname(os.path.abspath(__file__))


def load(folder, name):
    """The module that protoc makes of a .proto file."""
    made = tempfile.mkdtemp(prefix="douyin-protoc-")
    sys.path.insert(0, made)
    argv = [f"-I{folder}", f"--python_out={made}", f"{name}.proto"]
    try:
        import grpc_tools
        from grpc_tools import protoc

        common = os.path.join(os.path.dirname(grpc_tools.__file__), "_proto")
        failed = protoc.main(["protoc", f"-I{common}", *argv])
    except ImportError:
        failed = subprocess.call(["protoc", "-I/usr/include", *argv])
    if failed:
        raise SystemExit(f"protoc could not read {name}.proto")
    return __import__(f"{name}_pb2").DESCRIPTOR


def to_dict(message):
    keep = {"preserving_proto_field_name": True}
    try:
        return json_format.MessageToDict(message, always_print_fields_with_no_presence=True, **keep)
    except TypeError:  # protobuf before 26
        return json_format.MessageToDict(message, including_default_value_fields=True, **keep)


def client(descriptor, service, address):
    """Methods by name; each takes and gives plain dicts."""
    channel = grpc.insecure_channel(address)
    methods = {}
    for method in descriptor.services_by_name[service].methods:
        path = f"/{method.containing_service.full_name}/{method.name}"
        question, answer = method.input_type._concrete_class, method.output_type._concrete_class
        call = channel.unary_unary(path, question.SerializeToString, answer.FromString)
        methods[method.name] = lambda request, call=call, question=question: to_dict(
            call(json_format.ParseDict(request, question()), timeout=10)
        )
    return methods


user, feed = load(os.path.join(here), "user"), load(here, "feed")
health = load(os.path.join(here, "../../proto"), "health")
clients = {
    "User": client(user, "User", user_address),
    "Feed": client(feed, "Feed", feed_address),
    "UserHealth": client(health, "Health", user_address),
    "FeedHealth": client(health, "Health", feed_address),
}

for line in sys.stdin:
    asked = json.loads(line)
    try:
        told = {"code": "OK", "answer": clients[asked["service"]][asked["method"]](asked["request"])}
    except grpc.RpcError as error:
        told = {"code": error.code().name, "details": error.details()}
    print(json.dumps(told), flush=True)
