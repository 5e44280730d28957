using System.Collections.Frozen;

namespace Cierre.Browser;

/// <summary>Reports a misuse of a browser API by the name that the standards give it. Web IDL 2.8.1.</summary>
/// <remarks>Tell one from another by <see cref="Name"/>: <see cref="Code"/> is for names that are older than the names.</remarks>
public class DomException : Exception
{
    /// <summary>The code of <c>IndexSizeError</c>.</summary>
    public const ushort IndexSizeErr = 1;

    /// <summary>Not in use any more.</summary>
    public const ushort DomStringSizeErr = 2;

    /// <summary>The code of <c>HierarchyRequestError</c>.</summary>
    public const ushort HierarchyRequestErr = 3;

    /// <summary>The code of <c>WrongDocumentError</c>.</summary>
    public const ushort WrongDocumentErr = 4;

    /// <summary>The code of <c>InvalidCharacterError</c>.</summary>
    public const ushort InvalidCharacterErr = 5;

    /// <summary>Not in use any more.</summary>
    public const ushort NoDataAllowedErr = 6;

    /// <summary>The code of <c>NoModificationAllowedError</c>.</summary>
    public const ushort NoModificationAllowedErr = 7;

    /// <summary>The code of <c>NotFoundError</c>.</summary>
    public const ushort NotFoundErr = 8;

    /// <summary>The code of <c>NotSupportedError</c>.</summary>
    public const ushort NotSupportedErr = 9;

    /// <summary>The code of <c>InUseAttributeError</c>.</summary>
    public const ushort InUseAttributeErr = 10;

    /// <summary>The code of <c>InvalidStateError</c>: an event that is being dispatched, a send before the connection is open.</summary>
    public const ushort InvalidStateErr = 11;

    /// <summary>The code of <c>SyntaxError</c>: a URL, a subprotocol or a close reason that is not what it must be.</summary>
    public const ushort SyntaxErr = 12;

    /// <summary>The code of <c>InvalidModificationError</c>.</summary>
    public const ushort InvalidModificationErr = 13;

    /// <summary>The code of <c>NamespaceError</c>.</summary>
    public const ushort NamespaceErr = 14;

    /// <summary>The code of <c>InvalidAccessError</c>: a close code that a page may not send.</summary>
    public const ushort InvalidAccessErr = 15;

    /// <summary>Not in use any more.</summary>
    public const ushort ValidationErr = 16;

    /// <summary>The code of <c>TypeMismatchError</c>.</summary>
    public const ushort TypeMismatchErr = 17;

    /// <summary>The code of <c>SecurityError</c>.</summary>
    public const ushort SecurityErr = 18;

    /// <summary>The code of <c>NetworkError</c>.</summary>
    public const ushort NetworkErr = 19;

    /// <summary>The code of <c>AbortError</c>.</summary>
    public const ushort AbortErr = 20;

    /// <summary>The code of <c>URLMismatchError</c>.</summary>
    public const ushort UrlMismatchErr = 21;

    /// <summary>The code of <c>QuotaExceededError</c>.</summary>
    public const ushort QuotaExceededErr = 22;

    /// <summary>The code of <c>TimeoutError</c>.</summary>
    public const ushort TimeoutErr = 23;

    /// <summary>The code of <c>InvalidNodeTypeError</c>.</summary>
    public const ushort InvalidNodeTypeErr = 24;

    /// <summary>The code of <c>DataCloneError</c>.</summary>
    public const ushort DataCloneErr = 25;

    // Web IDL, table of error names: those that have a legacy code.
    private static readonly FrozenDictionary<string, ushort> Codes = new Dictionary<string, ushort>
    {
        ["IndexSizeError"] = IndexSizeErr,
        ["HierarchyRequestError"] = HierarchyRequestErr,
        ["WrongDocumentError"] = WrongDocumentErr,
        ["InvalidCharacterError"] = InvalidCharacterErr,
        ["NoModificationAllowedError"] = NoModificationAllowedErr,
        ["NotFoundError"] = NotFoundErr,
        ["NotSupportedError"] = NotSupportedErr,
        ["InUseAttributeError"] = InUseAttributeErr,
        ["InvalidStateError"] = InvalidStateErr,
        ["SyntaxError"] = SyntaxErr,
        ["InvalidModificationError"] = InvalidModificationErr,
        ["NamespaceError"] = NamespaceErr,
        ["InvalidAccessError"] = InvalidAccessErr,
        ["TypeMismatchError"] = TypeMismatchErr,
        ["SecurityError"] = SecurityErr,
        ["NetworkError"] = NetworkErr,
        ["AbortError"] = AbortErr,
        ["URLMismatchError"] = UrlMismatchErr,
        ["QuotaExceededError"] = QuotaExceededErr,
        ["TimeoutError"] = TimeoutErr,
        ["InvalidNodeTypeError"] = InvalidNodeTypeErr,
        ["DataCloneError"] = DataCloneErr,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Creates one.</summary>
    /// <param name="message">What was wrong.</param>
    /// <param name="name">The name of the error, such as <c>SyntaxError</c>; any text is taken.</param>
    /// <param name="innerException">The exception behind it; null for none.</param>
    /// <exception cref="ArgumentNullException">The message or the name is null.</exception>
    public DomException(string message = "", string name = "Error", Exception? innerException = null)
        : base(message, innerException)
    {
        ArgumentNullException.ThrowIfNull(message);
        ArgumentNullException.ThrowIfNull(name);
        Name = name;
    }

    /// <summary>The name of the error, such as <c>SyntaxError</c>.</summary>
    public string Name { get; }

    /// <summary>The legacy code of <see cref="Name"/>, 1-25; 0 where it has none.</summary>
    public ushort Code => Codes.GetValueOrDefault(Name);

    internal static DomException SyntaxError(string message) => new(message, nameof(SyntaxError));

    internal static DomException InvalidAccessError(string message) => new(message, nameof(InvalidAccessError));

    internal static DomException InvalidStateError(string message) => new(message, nameof(InvalidStateError));
}
