"""Answer what Python's json makes of each document on standard input, one in hexadecimal a line."""
import codecs
import io
import json
import sys


def strict_constant(text):
    raise ValueError('Out of range float values are not JSON compliant: ' + repr(text))


def canonical(v):
    if v is None:
        return 'null'
    if v is True or v is False:
        return str(v).lower()
    if isinstance(v, (int, float)):
        return '%s:%s' % (type(v).__name__, v)
    if isinstance(v, str):
        return 'str:' + v.encode('utf-8', 'surrogatepass').hex()
    if isinstance(v, list):
        return '[' + ','.join(map(canonical, v)) + ']'
    return '{' + ','.join(canonical(k) + '=' + canonical(x) for k, x in v.items()) + '}'


def answer(document):
    try:
        document.decode('utf-8')  # unlike a stream reader this also refuses a sequence that is cut off
        stream = codecs.getreader('utf-8')(io.BytesIO(document))
        return 'ok ' + canonical(json.load(stream, parse_constant=strict_constant))
    except ValueError as e:
        return 'error ' + str(e)


for line in sys.stdin:
    print(answer(bytes.fromhex(line)))
