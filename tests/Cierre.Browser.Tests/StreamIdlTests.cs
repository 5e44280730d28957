using System.Reflection;
using Xunit;

namespace Cierre.Browser.Tests;

/// <summary>The IDL of WebSocketStream and what belongs to it, held against what is public here, both ways.</summary>
public sealed class StreamIdlTests
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    private static readonly (Type Type, string Idl, string Member)[] Table =
    [
        (typeof(WebSocketStream), "constructor(USVString url, optional WebSocketStreamOptions options = {})", ".ctor(String, WebSocketStreamOptions?)"),
        (typeof(WebSocketStream), "readonly attribute USVString url", "String Url { get; }"),
        (typeof(WebSocketStream), "readonly attribute Promise<WebSocketOpenInfo> opened", "Task<WebSocketOpenInfo> Opened { get; }"),
        (typeof(WebSocketStream), "readonly attribute Promise<WebSocketCloseInfo> closed", "Task<WebSocketCloseInfo> Closed { get; }"),
        (typeof(WebSocketStream), "undefined close(optional WebSocketCloseInfo closeInfo = {})", "Void Close(WebSocketCloseInfo?)"),
        (typeof(WebSocketError), "constructor(optional DOMString message = \"\", optional WebSocketCloseInfo init = {})", ".ctor(String?, WebSocketCloseInfo?)"),
        (typeof(WebSocketError), "readonly attribute unsigned short? closeCode", "Nullable<UInt16> CloseCode { get; }"),
        (typeof(WebSocketError), "readonly attribute USVString reason", "String Reason { get; }"),
        (typeof(WebSocketOpenInfo), "ReadableStream readable", "WebSocketReadable Readable { get; }"),
        (typeof(WebSocketOpenInfo), "WritableStream writable", "WebSocketWritable Writable { get; }"),
        (typeof(WebSocketOpenInfo), "DOMString extensions", "String Extensions { get; }"),
        (typeof(WebSocketOpenInfo), "DOMString protocol", "String Protocol { get; }"),
        (typeof(WebSocketCloseInfo), "[EnforceRange] unsigned short closeCode", "Nullable<UInt16> CloseCode { get; set; }"),
        (typeof(WebSocketCloseInfo), "USVString reason = \"\"", "String Reason { get; set; }"),
        (typeof(WebSocketStreamOptions), "sequence<USVString> protocols", "IReadOnlyList<String> Protocols { get; set; }"),
        (typeof(WebSocketStreamOptions), "AbortSignal signal", "CancellationToken Signal { get; set; }"),
    ];

    // A dictionary is made with new; everything else here is an addition of .NET.
    private static readonly (Type Type, string Member)[] Additions =
    [
        (typeof(WebSocketStream), "ValueTask DisposeAsync()"),
        (typeof(WebSocketError), "CloseRecord Record { get; }"),
        (typeof(WebSocketOpenInfo), "Void Deconstruct(WebSocketReadable&, WebSocketWritable&)"),
        (typeof(WebSocketCloseInfo), ".ctor()"),
        (typeof(WebSocketCloseInfo), "CloseRecord Record { get; }"),
        (typeof(WebSocketCloseInfo), "Void Deconstruct(Nullable<UInt16>&, String&)"),
        (typeof(WebSocketStreamOptions), ".ctor()"),
        (typeof(WebSocketStreamOptions), "BrowserWebSocketOptions Connection { get; set; }"),
    ];

    public static TheoryData<string> Interfaces => [.. Table.Select(row => row.Type.Name).Distinct()];

    [Theory]
    [MemberData(nameof(Interfaces))]
    public void Every_member_of_the_IDL_is_here_and_what_else_is_here_is_known(string name)
    {
        Type type = Table.First(row => row.Type.Name == name).Type;
        Assert.Equal(
            Table.Where(row => row.Type == type).Select(row => row.Member).Concat(Additions.Where(row => row.Type == type).Select(row => row.Member)).Order(StringComparer.Ordinal),
            Members(type).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Names_are_those_of_the_IDL()
    {
        foreach ((_, string idl, string member) in Table.Where(row => row.Idl[0] != 'c'))
        {
            string name = idl.Split('(', '=')[0].Trim().Split(' ')[^1];
            Assert.Contains($" {char.ToUpperInvariant(name[0])}{name[1..]}", member, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void WebSocketError_inherits_from_DOMException() => Assert.Equal(typeof(DomException), typeof(WebSocketError).BaseType);

    private static IEnumerable<string> Members(Type type) =>
    [
        .. type.GetConstructors().Select(c => $".ctor({Parameters(c)})"),
        .. type.GetProperties(Declared).Select(p => $"{Name(p.PropertyType)} {p.Name} {{ get; {(p.SetMethod is { IsPublic: true } ? "set; " : "")}}}"),
        .. type.GetMethods(Declared).Where(m => !m.IsSpecialName).Select(m => $"{Name(m.ReturnType)} {m.Name}({Parameters(m)})"),
    ];

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(p => Name(p.ParameterType) + (p.IsOptional ? "?" : "")));

    private static string Name(Type type) =>
        type.IsGenericType ? $"{type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>{(type.IsByRef ? "&" : "")}"
        : type.IsByRef ? Name(type.GetElementType()!) + "&"
        : type.Name;
}
