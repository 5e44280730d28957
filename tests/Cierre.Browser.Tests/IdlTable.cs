
namespace Cierre.Browser.Tests;

/// <summary>One interface or dictionary of the standards, in their IDL, beside the class that is it here.</summary>
/// <param name="Idl">One member a line, without types: "const NAME = value", "readonly name", "attribute name", "member name", "name()"; with "deprecated" before it.</param>
/// <param name="Additions">Public members that no standard has.</param>
internal sealed record IdlInterface(Type Type, string Standard, string Idl, params string[] Additions)
{
    public IEnumerable<IdlMember> Members => Idl.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(IdlMember.Parse);
}

internal enum IdlKind
{
    Constant,
    ReadOnly,
    Attribute,
    Member,
    Operation,
}

internal sealed record IdlMember(IdlKind Kind, string Name, int? Value, bool Deprecated)
{
    public static IdlMember Parse(string line)
    {
        bool deprecated = line.StartsWith("deprecated ", StringComparison.Ordinal);
        string[] words = (deprecated ? line["deprecated ".Length..] : line).Split(' ');
        return words switch
        {
            ["const", var name, "=", var value] => new IdlMember(IdlKind.Constant, name, int.Parse(value, null), deprecated),
            ["readonly", var name] => new IdlMember(IdlKind.ReadOnly, name, null, deprecated),
            ["attribute", var name] => new IdlMember(IdlKind.Attribute, name, null, deprecated),
            ["member", var name] => new IdlMember(IdlKind.Member, name, null, deprecated),
            [var name] when name.EndsWith("()", StringComparison.Ordinal) => new IdlMember(IdlKind.Operation, name[..^2], null, deprecated),
            _ => throw new FormatException($"Not a line of the table: {line}"),
        };
    }
}

/// <summary>The IDL of the DOM, HTML, Web IDL and WebSockets standards, as far as it is here. A further interface is a further row.</summary>
internal static class IdlTable
{
    public static readonly IdlInterface[] Interfaces =
    [
        new(typeof(Event), "DOM 2.2", """
            readonly type
            readonly target
            deprecated readonly srcElement
            readonly currentTarget
            composedPath()
            const NONE = 0
            const CAPTURING_PHASE = 1
            const AT_TARGET = 2
            const BUBBLING_PHASE = 3
            readonly eventPhase
            stopPropagation()
            deprecated attribute cancelBubble
            stopImmediatePropagation()
            readonly bubbles
            readonly cancelable
            deprecated attribute returnValue
            preventDefault()
            readonly defaultPrevented
            readonly composed
            readonly isTrusted
            readonly timeStamp
            deprecated initEvent()
            """),
        new(typeof(EventInit), "DOM 2.2", """
            member bubbles
            member cancelable
            member composed
            """),
        new(typeof(EventTarget), "DOM 2.7", """
            addEventListener()
            removeEventListener()
            dispatchEvent()
            """, "UnhandledListenerException"),
        new(typeof(AddEventListenerOptions), "DOM 2.7", """
            member capture
            member passive
            member once
            member signal
            """),
        new(typeof(CloseEvent), "WebSockets 6", """
            readonly wasClean
            readonly code
            readonly reason
            deprecated initCloseEvent()
            """, "Record", "Explain"),
        new(typeof(CloseEventInit), "WebSockets 6", """
            member wasClean
            member code
            member reason
            """),
        new(typeof(MessageEvent), "HTML 9.1", """
            readonly data
            readonly origin
            readonly lastEventId
            readonly source
            readonly ports
            deprecated initMessageEvent()
            """),
        new(typeof(MessageEventInit), "HTML 9.1", """
            member data
            member origin
            member lastEventId
            member source
            member ports
            """),
        // HTML's ErrorEvent names a script's file, line and column, which a connection does not have.
        new(typeof(ErrorEvent), "HTML 8.1.3.8", """
            readonly message
            readonly error
            """, "Cause"),
        new(typeof(Cierre.Browser.WebSocket), "WebSockets 3", """
            readonly url
            const CONNECTING = 0
            const OPEN = 1
            const CLOSING = 2
            const CLOSED = 3
            readonly readyState
            readonly bufferedAmount
            attribute onopen
            attribute onerror
            attribute onclose
            readonly extensions
            readonly protocol
            close()
            attribute onmessage
            attribute binaryType
            send()
            """, "Opened", "Closed", "DisposeAsync"),
        new(typeof(DomException), "Web IDL 2.8.1", """
            readonly name
            readonly message
            readonly code
            const INDEX_SIZE_ERR = 1
            const DOMSTRING_SIZE_ERR = 2
            const HIERARCHY_REQUEST_ERR = 3
            const WRONG_DOCUMENT_ERR = 4
            const INVALID_CHARACTER_ERR = 5
            const NO_DATA_ALLOWED_ERR = 6
            const NO_MODIFICATION_ALLOWED_ERR = 7
            const NOT_FOUND_ERR = 8
            const NOT_SUPPORTED_ERR = 9
            const INUSE_ATTRIBUTE_ERR = 10
            const INVALID_STATE_ERR = 11
            const SYNTAX_ERR = 12
            const INVALID_MODIFICATION_ERR = 13
            const NAMESPACE_ERR = 14
            const INVALID_ACCESS_ERR = 15
            const VALIDATION_ERR = 16
            const TYPE_MISMATCH_ERR = 17
            const SECURITY_ERR = 18
            const NETWORK_ERR = 19
            const ABORT_ERR = 20
            const URL_MISMATCH_ERR = 21
            const QUOTA_EXCEEDED_ERR = 22
            const TIMEOUT_ERR = 23
            const INVALID_NODE_TYPE_ERR = 24
            const DATA_CLONE_ERR = 25
            """),
    ];
}
