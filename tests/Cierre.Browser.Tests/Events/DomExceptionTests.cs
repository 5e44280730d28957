using Xunit;

namespace Cierre.Browser.Tests.Events;

/// <summary>Web IDL 2.8.1 and its table of error names.</summary>
public sealed class DomExceptionTests
{
    [Fact]
    public void Without_arguments_it_is_an_Error_without_a_message()
    {
        var exception = new DomException();
        Assert.Equal(("", "Error", 0), (exception.Message, exception.Name, exception.Code));
    }

    [Theory]
    [InlineData("IndexSizeError", 1)]
    [InlineData("HierarchyRequestError", 3)]
    [InlineData("WrongDocumentError", 4)]
    [InlineData("InvalidCharacterError", 5)]
    [InlineData("NoModificationAllowedError", 7)]
    [InlineData("NotFoundError", 8)]
    [InlineData("NotSupportedError", 9)]
    [InlineData("InUseAttributeError", 10)]
    [InlineData("InvalidStateError", 11)]
    [InlineData("SyntaxError", 12)]
    [InlineData("InvalidModificationError", 13)]
    [InlineData("NamespaceError", 14)]
    [InlineData("InvalidAccessError", 15)]
    [InlineData("TypeMismatchError", 17)]
    [InlineData("SecurityError", 18)]
    [InlineData("NetworkError", 19)]
    [InlineData("AbortError", 20)]
    [InlineData("URLMismatchError", 21)]
    [InlineData("QuotaExceededError", 22)]
    [InlineData("TimeoutError", 23)]
    [InlineData("InvalidNodeTypeError", 24)]
    [InlineData("DataCloneError", 25)]
    [InlineData("WebSocketError", 0)]
    [InlineData("EncodingError", 0)]
    [InlineData("syntaxerror", 0)]
    [InlineData("", 0)]
    public void Name_tells_the_legacy_code(string name, int code) => Assert.Equal(code, new DomException("m", name).Code);

    [Fact]
    public void Null_is_refused()
    {
        Assert.Throws<ArgumentNullException>(() => new DomException(null!));
        Assert.Throws<ArgumentNullException>(() => new DomException("", null!));
    }

    [Fact]
    public void Exception_behind_it_is_kept()
    {
        var cause = new IOException("x");
        Assert.Same(cause, new DomException("m", "NetworkError", cause).InnerException);
    }
}
